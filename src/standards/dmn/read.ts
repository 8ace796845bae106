import {
  AGGREGATIONS,
  type Binding,
  type ContextEntry,
  type Decision,
  HIT_POLICIES,
  type ItemDefinition,
  type Knowledge,
  type Logic,
  type Model,
  type ModelElement,
  type Rule,
  type Service,
  type Table,
  type TableInput,
  type TableOutput,
  type Variable,
} from './model.ts';
import { DmnError, type Element, readXml } from './xml.ts';

/**
 * The namespaces of DMN 1.1 to 1.5. What this reader needs has the same names in all of them.
 */
const MODEL_NAMESPACE = /^https?:\/\/www\.omg\.org\/spec\/DMN\/\d{8}\/(?:dmn\.xsd|MODEL\/?)$/;
const FEEL_NAMESPACE = /^https?:\/\/www\.omg\.org\/spec\/(?:DMN|FEEL)\/\d{8}(?:\/FEEL\/?)?$/;

/** @throws DmnError with the line, when the text is no decision model that can be read */
export function readModel(text: string): Model {
  const root = readXml(text);
  if (root.name !== 'definitions' || !MODEL_NAMESPACE.test(root.namespace)) {
    throw new DmnError('this is no DMN model: its first element is not <definitions> of DMN 1.1 to 1.5', root.line);
  }
  const language = root.attributes.get('expressionLanguage');
  if (language !== undefined && !FEEL_NAMESPACE.test(language)) {
    throw new DmnError(`expressions in "${language}" cannot be read: only FEEL`, root.line);
  }
  // Elements of other vocabularies, such as a tool's own extensions and the drawing, say nothing about decisions.
  const own = (element: Element): Element => ({
    ...element,
    children: element.children
      .filter((child) => child.namespace === root.namespace && child.name !== 'extensionElements')
      .map(own),
  });
  const definitions = own(root);
  const elements = definitions.children.flatMap((child) => readElement(child) ?? []);
  const repeated = elements.find((element, index) => elements.findIndex((other) => other.id === element.id) !== index);
  if (repeated !== undefined) throw new DmnError(`the id "${repeated.id}" is used twice`, repeated.line);
  return {
    name: definitions.attributes.get('name') ?? '',
    namespace: definitions.attributes.get('namespace') ?? '',
    imports: all(definitions, 'import').map((child) => ({
      name: (child.attributes.get('name') ?? '').trim(),
      namespace: child.attributes.get('namespace') ?? '',
    })),
    types: all(definitions, 'itemDefinition').map(readItem),
    elements,
  };
}

function all(element: Element, name: string): Element[] {
  return element.children.filter((child) => child.name === name);
}

function first(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((child) => child.name === name);
}

function textOf(element: Element | undefined): string | undefined {
  return element === undefined ? undefined : (first(element, 'text')?.text ?? '').trim();
}

function required(element: Element, name: string): string {
  const value = element.attributes.get(name);
  if (value === undefined || value.trim() === '') {
    throw new DmnError(`<${element.name}> needs the attribute "${name}"`, element.line);
  }
  return value.trim();
}

/** In DMN 1.1 a type could be an element of its own, and built-in types had a prefix. */
function typeRefOf(element: Element | undefined): string | undefined {
  const found = element?.attributes.get('typeRef') ?? first(element, 'typeRef')?.text;
  const name = found?.trim().replace(/^(?:feel|xsd):/, '');
  return name === undefined || name === '' ? undefined : name;
}

function readItem(element: Element): ItemDefinition {
  const functionItem = first(element, 'functionItem');
  return {
    name: required(element, 'name'),
    typeRef: typeRefOf(element),
    isCollection: element.attributes.get('isCollection') === 'true',
    allowedValues: textOf(first(element, 'allowedValues')),
    typeConstraint: textOf(first(element, 'typeConstraint')),
    components: all(element, 'itemComponent').map(readItem),
    functionItem:
      functionItem === undefined
        ? undefined
        : {
            parameters: all(functionItem, 'parameters').map(readVariable),
            typeRef: functionItem.attributes.get('outputTypeRef'),
          },
    line: element.line,
  };
}

function readVariable(element: Element): Variable {
  return { name: (element.attributes.get('name') ?? '').trim(), typeRef: typeRefOf(element) };
}

function readElement(element: Element): ModelElement | undefined {
  const kind = KINDS[element.name];
  if (kind === undefined) return undefined;
  const name = required(element, 'name');
  const variable = first(element, 'variable');
  const label = element.attributes.get('label');
  const named = {
    id: element.attributes.get('id') ?? name,
    name,
    ...(label === undefined ? {} : { label }),
    variable: { name: variable?.attributes.get('name')?.trim() || name, typeRef: typeRefOf(variable) },
    line: element.line,
  };
  if (kind === 'input') return { ...named, kind };
  if (kind === 'decision') return readDecision(named, element);
  return kind === 'knowledge' ? readKnowledge(named, element) : readService(named, element);
}

const KINDS: Readonly<Record<string, ModelElement['kind']>> = Object.assign(Object.create(null), {
  inputData: 'input',
  decision: 'decision',
  businessKnowledgeModel: 'knowledge',
  decisionService: 'service',
});

type Named = Pick<Decision, 'id' | 'name' | 'variable' | 'line'>;

function readDecision(named: Named, element: Element): Decision {
  const question = first(element, 'question')?.text.trim();
  const logic = onlyLogic(element);
  return {
    ...named,
    kind: 'decision',
    ...(question === undefined || question === '' ? {} : { question }),
    needs: needsOf(element),
    logic,
  };
}

function readKnowledge(named: Named, element: Element): Knowledge {
  const logic = first(element, 'encapsulatedLogic');
  return { ...named, kind: 'knowledge', needs: needsOf(element), logic: logic && readFunction(logic) };
}

function readService(named: Named, element: Element): Service {
  const references = (name: string) => all(element, name).map((child) => required(child, 'href'));
  return {
    ...named,
    kind: 'service',
    outputs: references('outputDecision'),
    encapsulated: references('encapsulatedDecision'),
    inputDecisions: references('inputDecision'),
    inputs: references('inputData'),
  };
}

function needsOf(element: Element): string[] {
  return [...all(element, 'informationRequirement'), ...all(element, 'knowledgeRequirement')].flatMap((requirement) =>
    requirement.children
      .filter((child) => /^required(?:Decision|Input|Knowledge)$/.test(child.name))
      .map((child) => required(child, 'href')),
  );
}

// Boxed expressions -------------------------------------------------------------------------------------------------

const LOGIC: Readonly<Record<string, (element: Element) => Logic>> = Object.assign(Object.create(null), {
  literalExpression: readLiteral,
  decisionTable: readTable,
  context: readContext,
  list: (element: Element) => ({ kind: 'list', ...common(element), items: logicsOf(element) }),
  relation: readRelation,
  invocation: readInvocation,
  functionDefinition: readFunction,
  conditional: (element: Element) => ({
    kind: 'conditional',
    ...common(element),
    condition: onlyLogic(first(element, 'if')),
    whenTrue: onlyLogic(first(element, 'then')),
    whenFalse: onlyLogic(first(element, 'else')),
  }),
  filter: (element: Element) => ({
    kind: 'filter',
    ...common(element),
    list: onlyLogic(first(element, 'in')),
    match: onlyLogic(first(element, 'match')),
  }),
  for: (element: Element) => readLoop('for', element),
  some: (element: Element) => readLoop('some', element),
  every: (element: Element) => readLoop('every', element),
});

function common(element: Element): { typeRef?: string; line: number } {
  const typeRef = typeRefOf(element);
  return { ...(typeRef === undefined ? {} : { typeRef }), line: element.line };
}

function logicsOf(element: Element): Logic[] {
  return element.children.flatMap((child) => LOGIC[child.name]?.(child) ?? []);
}

function onlyLogic(element: Element | undefined): Logic | undefined {
  if (element === undefined) return undefined;
  const found = logicsOf(element);
  if (found.length > 1) throw new DmnError(`<${element.name}> has more than one expression`, found[1]?.line);
  return found[0];
}

function readLiteral(element: Element): Logic {
  const language = element.attributes.get('expressionLanguage');
  if (language !== undefined && !FEEL_NAMESPACE.test(language)) {
    throw new DmnError(`an expression in "${language}" cannot be read: only FEEL`, element.line);
  }
  return { kind: 'literal', ...common(element), text: textOf(element) ?? '' };
}

function readContext(element: Element): Logic {
  const entries = all(element, 'contextEntry').map((entry): ContextEntry => {
    const variable = first(entry, 'variable');
    return { variable: variable && readVariable(variable), logic: onlyLogic(entry) };
  });
  return { kind: 'context', ...common(element), entries };
}

function readRelation(element: Element): Logic {
  const columns = all(element, 'column').map((column) => required(column, 'name'));
  const rows = all(element, 'row').map((row) => logicsOf(row));
  return { kind: 'relation', ...common(element), columns, rows };
}

function readInvocation(element: Element): Logic {
  const bindings = all(element, 'binding').map((binding): Binding => {
    const parameter = first(binding, 'parameter');
    if (parameter === undefined) throw new DmnError('<binding> needs a <parameter>', binding.line);
    return { parameter: required(parameter, 'name'), logic: onlyLogic(binding) };
  });
  return { kind: 'invocation', ...common(element), callee: onlyLogic(element), bindings };
}

function readFunction(element: Element): Logic & { kind: 'function' } {
  const kind = element.attributes.get('kind') ?? 'FEEL';
  return {
    kind: 'function',
    ...common(element),
    parameters: all(element, 'formalParameter').map(readVariable),
    logic: onlyLogic(element),
    external: kind !== 'FEEL',
  };
}

function readLoop(kind: 'for' | 'some' | 'every', element: Element): Logic {
  return {
    kind,
    ...common(element),
    variable: required(element, 'iteratorVariable'),
    list: onlyLogic(first(element, 'in')),
    body: onlyLogic(first(element, kind === 'for' ? 'return' : 'satisfies')),
  };
}

// Decision tables ---------------------------------------------------------------------------------------------------

const MOST_RULES = 20_000;

function readTable(element: Element): Logic {
  const inputs = all(element, 'input').map((input): TableInput => {
    const expression = first(input, 'inputExpression');
    const label = input.attributes.get('label');
    return {
      ...(label === undefined ? {} : { label }),
      text: textOf(expression) ?? '',
      typeRef: typeRefOf(expression),
      values: textOf(first(input, 'inputValues')),
    };
  });
  const outputs = all(element, 'output').map((output): TableOutput => {
    const label = output.attributes.get('label');
    return {
      name: output.attributes.get('name'),
      ...(label === undefined ? {} : { label }),
      typeRef: typeRefOf(output),
      values: textOf(first(output, 'outputValues')),
      otherwise: textOf(first(output, 'defaultOutputEntry')),
    };
  });
  if (outputs.length === 0) throw new DmnError('a decision table needs an output', element.line);
  const rules = all(element, 'rule').map((rule) => readRule(rule, inputs.length, outputs.length));
  if (rules.length > MOST_RULES) throw new DmnError(`a decision table has at most ${MOST_RULES} rules`, element.line);
  const table: Table = {
    kind: 'table',
    hitPolicy: oneOf(element, 'hitPolicy', HIT_POLICIES) ?? 'UNIQUE',
    aggregation: oneOf(element, 'aggregation', AGGREGATIONS),
    inputs,
    outputs,
    annotations: all(element, 'annotation').map((annotation) => annotation.attributes.get('name') ?? ''),
    rules,
  };
  return { ...table, ...common(element) };
}

function oneOf<T extends string>(element: Element, name: string, known: readonly T[]): T | undefined {
  const value = element.attributes.get(name);
  if (value === undefined || value === '') return undefined;
  const found = known.find((one) => one === value);
  if (found === undefined) throw new DmnError(`${name} "${value}" is none of ${known.join(', ')}`, element.line);
  return found;
}

function readRule(element: Element, inputs: number, outputs: number): Rule {
  const texts = (name: string) => all(element, name).map((entry) => textOf(entry) ?? '');
  const id = element.attributes.get('id');
  const rule = { inputs: texts('inputEntry'), outputs: texts('outputEntry') };
  if (rule.inputs.length !== inputs || rule.outputs.length !== outputs) {
    throw new DmnError(`a rule needs ${inputs} input and ${outputs} output entries, as its table has`, element.line);
  }
  return { ...(id === undefined ? {} : { id }), ...rule, annotations: texts('annotationEntry'), line: element.line };
}
