// Four eyes: changes that wait for a second person, of settings, lists and models.
import { type Static, Type } from 'typebox';
import type { Permission } from '../domain/access.ts';
import { SafeInteger } from './fields.ts';
import { At, Component, List, operation } from './operation.ts';

const capability = 'proposals';

export const Proposal = Component('Proposal', {
  id: Type.Integer(),
  subject: Type.String({ description: '"settings", the name of a list, the version of a model' }),
  details: List(Type.String(), {
    description: 'What it would change, in words, a line each; empty where that is hidden from whoever asks',
  }),
  proposedBy: Type.String(),
  proposedAt: At(),
  own: Type.Boolean({
    description: 'Whoever asks proposed it, and may take it back, but not approve it',
  }),
});
export type Proposal = Static<typeof Proposal>;

export const ProposalList = Component('ProposalList', { proposals: List(Proposal) });
export type ProposalList = Static<typeof ProposalList>;

export const ChangeProposed = Component(
  'ChangeProposed',
  { proposal: Type.Integer({ description: 'Its number' }), detail: Type.String() },
  { description: 'A change waits for a second person' },
);
export type ChangeProposed = Static<typeof ChangeProposed>;

const ChangeApproved = Component('ChangeApproved', { id: Type.Integer(), approved: Type.Boolean() });
const ChangeWithdrawn = Component('ChangeWithdrawn', { id: Type.Integer(), withdrawn: Type.Boolean() });
const ProposalParams = Type.Object({ id: SafeInteger({ minimum: 1 }) });

type About<Name extends string> = {
  /** As operations of its kind are called. */
  readonly name: Name;
  /** Where proposals of its kind are. */
  readonly at: string;
  /** What is needed to make such a change, and so to decide on it. */
  readonly permission: Permission;
  /** What carrying it out writes to the audit trail. */
  readonly audits: readonly string[];
};

const listing = <const Name extends string>({ name, at, permission }: About<Name>) =>
  operation({
    id: `list${name}Proposals` as const,
    method: 'GET',
    path: `/v1/proposals/${at}`,
    capability,
    summary: 'Changes that wait for a second person',
    permission,
    answers: { 200: ProposalList },
  });

const approving = <const Name extends string>({ name, at, permission, audits }: About<Name>) =>
  operation({
    id: `approve${name}Proposal` as const,
    method: 'POST',
    path: `/v1/proposals/${at}/:id/approve`,
    capability,
    summary: 'Approve a change that somebody else proposed; it takes effect',
    permission,
    audits: ['approved a change', 'could not carry out a change', ...audits],
    params: ProposalParams,
    answers: { 200: ChangeApproved },
    problems: [404, 409],
  });

const withdrawing = <const Name extends string>({ name, at, permission }: About<Name>) =>
  operation({
    id: `withdraw${name}Proposal` as const,
    method: 'DELETE',
    path: `/v1/proposals/${at}/:id`,
    capability,
    summary: 'Withdraw or refuse a change that waits',
    permission,
    audits: ['withdrew a change', 'refused a change'],
    params: ProposalParams,
    answers: { 200: ChangeWithdrawn },
    problems: [404],
  });

const SETTINGS = {
  name: 'Settings',
  at: 'settings',
  permission: 'administer',
  audits: ['changed settings'],
} as const;
export const listSettingsProposals = listing(SETTINGS);
export const approveSettingsProposal = approving(SETTINGS);
export const withdrawSettingsProposal = withdrawing(SETTINGS);

const LISTS = {
  name: 'List',
  at: 'lists',
  permission: 'edit_lists',
  audits: ['put into a list', 'took out of a list'],
} as const;
export const listListProposals = listing(LISTS);
export const approveListProposal = approving(LISTS);
export const withdrawListProposal = withdrawing(LISTS);

const MODELS = {
  name: 'Model',
  at: 'models',
  permission: 'move_models',
  audits: ['moved a model', 'rolled back a model'],
} as const;
export const listModelProposals = listing(MODELS);
export const approveModelProposal = approving(MODELS);
export const withdrawModelProposal = withdrawing(MODELS);
