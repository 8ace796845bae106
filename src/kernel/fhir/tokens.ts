/**
 * The texts that tokens are the hashes of. A resource holds, for each value of each parameter, the forms by which it may be asked.
 * Written and read with the same functions, so that both sides agree.
 */

/** The parameters that the resource has values for, by number: one token instead of one for each, see fhir.shape. */
export const byShape = (params: readonly number[]): string => `@has=${params.join()}`;
export const byValue = (code: string, value: string): string => `${code}=${value}`;
export const bySystemAndValue = (code: string, system: string, value: string): string => `${code}=${system}|${value}`;
/** `|value`: there is no system. */
export const byValueAlone = (code: string, value: string): string => `${code}=|${value}`;
export const bySystem = (code: string, system: string): string => `${code}=${system}|`;
export const byText = (code: string, text: string): string => `${code}:text=${text}`;
export const byExactText = (code: string, raw: string): string => `${code}:exact=${raw}`;
export const byTypedIdentifier = (code: string, system: string, type: string, value: string): string =>
  `${code}:of-type=${system}|${type}|${value}`;
export const byReference = (code: string, type: string, id: string): string => `${code}=${type}/${id}`;
export const byUrl = (code: string, url: string): string => `${code}=${url}`;
/** The code under which the identifier of a logical reference is found. */
export const identifierOf = (code: string): string => `${code}:identifier`;
/** The resource is in the patient's compartment. */
export const inCompartment = (patient: string): string => `@Patient/${patient}`;
