// Saved views: the address of a screen with its filters, under a name of one's own.
import { type Static, Type } from 'typebox';
import { Line } from './fields.ts';
import { Component, List, operation } from './operation.ts';

const capability = 'views';

export const SavedView = Component('SavedView', { name: Type.String(), path: Type.String() });
export type SavedView = Static<typeof SavedView>;

export const SavedViews = Component('SavedViews', { views: List(SavedView) });
export type SavedViews = Static<typeof SavedViews>;

export const listViews = operation({
  id: 'listViews',
  method: 'GET',
  path: '/v1/views',
  capability,
  summary: 'One’s own saved views',
  permission: 'read',
  answers: { 200: SavedViews },
});

export const saveView = operation({
  id: 'saveView',
  method: 'PUT',
  path: '/v1/views',
  capability,
  summary: 'Save a view under a name',
  permission: 'read',
  body: Type.Object(
    {
      // A view is removed by its name in a path, which cannot end in what means a folder.
      name: Line(60, { pattern: '^(?!\\s*\\.{1,2}\\s*$)', examples: ['Declined today'] }),
      path: Line(1000, { pattern: '^/[a-z]+(\\?.*)?$', examples: ['/transactions?outcome=decline'] }),
    },
    { additionalProperties: false },
  ),
  answers: { 200: SavedViews },
  problems: [409],
});

export const removeView = operation({
  id: 'removeView',
  method: 'DELETE',
  path: '/v1/views/:name',
  capability,
  summary: 'Remove a saved view',
  permission: 'read',
  params: Type.Object({ name: Line(60) }),
  answers: { 200: SavedViews },
});
