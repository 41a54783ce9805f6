// A trial of a model in a place where it can do no harm, before it may be filed or serve.

/**
 * **Contract**
 * - TRIAL1 A model that cannot be read, or not asked within memory and time, harms nobody, and hears why it must not serve.
 * - TRIAL2 A model that is filed is tried once, and again only where its trial could not be made.
 * - TRIAL3 Beyond a few that wait, who asks is told to come again.
 *
 * **Caller invariants**
 * - A version is asked for once it is filed: what is said of it is remembered.
 */
export type ModelTrial = {
  /** Why an artefact must not serve, or undefined. Throws OverCapacityError while too many are tried. */
  ofArtefact(text: string): Promise<string | undefined>;
  /** The same of a model that is filed, which is tried once; undefined too where there is none of that version. */
  ofFiled(version: string): Promise<string | undefined>;
};
