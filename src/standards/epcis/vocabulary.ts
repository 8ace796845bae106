/** The closed lists of GS1's Core Business Vocabulary 2.0 as EPCIS 2.0 uses them in JSON: bare words. */
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

export const BIZ_STEPS = words(`
  accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting
  decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting
  installing killing loading other packing picking receiving removing repackaging repairing replacing reserving
  retail_selling sampling sensor_reporting shipping staging_outbound stock_taking stocking storing transporting
  unloading unpacking void_shipping`);

export const DISPOSITIONS = words(`
  active available completeness_inferred completeness_verified conformant container_closed container_open damaged
  destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class mismatch_instance
  mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled
  reserved retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown`);

export const BIZ_TRANSACTION_TYPES = words(
  'bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt',
);
export const SOURCE_DESTINATION_TYPES = words('owning_party possessing_party location');
export const ERROR_REASONS = words('did_not_occur incorrect_data');
export const SENSOR_ALERTS = words('ALARM_CONDITION ERROR_CONDITION');

export const COMPONENTS = words(`
  x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing latitude longitude
  altitude`);

export const MEASUREMENT_TYPES = words(`
  AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Radioactivity Altitude AmountOfSubstance
  AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance Conductance
  Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity ElectricCharge
  ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance
  Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux LuminousIntensity MagneticFlux
  MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate MassPerAreaTime MemoryCapacity
  MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux RadiantIntensity RelativeHumidity
  Resistance Resistivity SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage
  Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber`);

/** Where the bare words of each list live in the web vocabularies. */
export const CBV = 'https://ref.gs1.org/cbv/';
export const GS1_VOCABULARY = 'https://gs1.org/voc/';

interface Vocabulary {
  words: ReadonlySet<string>;
  prefix: string;
  /** The older form as a URN, e.g. `urn:epcglobal:cbv:bizstep:`. */
  urn?: string;
}

export const VOCABULARIES = {
  bizStep: { words: BIZ_STEPS, prefix: `${CBV}BizStep-`, urn: 'urn:epcglobal:cbv:bizstep:' },
  disposition: { words: DISPOSITIONS, prefix: `${CBV}Disp-`, urn: 'urn:epcglobal:cbv:disp:' },
  bizTransactionType: { words: BIZ_TRANSACTION_TYPES, prefix: `${CBV}BTT-`, urn: 'urn:epcglobal:cbv:btt:' },
  sourceDestinationType: { words: SOURCE_DESTINATION_TYPES, prefix: `${CBV}SDT-`, urn: 'urn:epcglobal:cbv:sdt:' },
  errorReason: { words: ERROR_REASONS, prefix: `${CBV}ER-`, urn: 'urn:epcglobal:cbv:er:' },
  component: { words: COMPONENTS, prefix: `${CBV}Comp-` },
  measurementType: { words: MEASUREMENT_TYPES, prefix: GS1_VOCABULARY },
  sensorAlert: { words: SENSOR_ALERTS, prefix: GS1_VOCABULARY },
} as const satisfies Record<string, Vocabulary>;

export type VocabularyName = keyof typeof VOCABULARIES;

/** `shipping`, `urn:epcglobal:cbv:bizstep:shipping`, `cbv:BizStep-shipping` and the web form are one word: the web form. */
export function webForm(name: VocabularyName, text: string): string {
  const { words: known, prefix, urn }: Vocabulary = VOCABULARIES[name];
  if (known.has(text)) return prefix + text;
  if (urn !== undefined && text.startsWith(urn)) return prefix + text.slice(urn.length);
  if (text.startsWith('cbv:')) return CBV + text.slice(4);
  if (text.startsWith('gs1:')) return GS1_VOCABULARY + text.slice(4);
  return text;
}

/** The bare word where the list knows it, otherwise the text itself. */
export function bareForm(name: VocabularyName, text: string): string {
  const { words: known, prefix }: Vocabulary = VOCABULARIES[name];
  const web = webForm(name, text);
  const bare = web.startsWith(prefix) ? web.slice(prefix.length) : web;
  return known.has(bare) ? bare : text;
}
