// A trial of a model in a place where it can do no harm, before it may be filed or serve.

export type ModelTrial = {
  /** Why an artefact must not serve, or undefined. Throws OverCapacityError while too many are tried. */
  ofArtefact(text: string): Promise<string | undefined>;
  /** The same of a model that is filed, which is tried once; undefined too where there is none of that version. */
  ofFiled(version: string): Promise<string | undefined>;
};
