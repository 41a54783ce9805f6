// Who gets one of the feed's places: so many for each person or key, and one for whoever has few while somebody has many.

const MAX_PLACES = 500;
/** Tabs and tools of one person, or everything that shares a key. */
const MAX_PLACES_EACH = 20;
/** At a desk without accounts everybody at the machine is the same one. */
const MAX_PLACES_LOCAL = 400;
export const LOCAL_READER = 'local';

export type Place =
  | { readonly kind: 'free' }
  /** The feed is full: the newest connection of this one makes room. */
  | { readonly kind: 'taken over'; readonly from: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** Whether `who` gets another place, beside those that are held: names with how many each has. */
export function placeFor(who: string, held: ReadonlyMap<string, number>): Place {
  const own = held.get(who) ?? 0;
  const share = who === LOCAL_READER ? MAX_PLACES_LOCAL : MAX_PLACES_EACH;
  if (own >= share) return { kind: 'refused', reason: `${own} feeds are open already; close one` };
  let total = 0;
  let greediest = { name: who, places: own };
  for (const [name, places] of held) {
    total += places;
    if (places > greediest.places) greediest = { name, places };
  }
  if (total < MAX_PLACES) return { kind: 'free' };
  if (greediest.places > own + 1) return { kind: 'taken over', from: greediest.name };
  return { kind: 'refused', reason: 'too many clients; try again later' };
}
