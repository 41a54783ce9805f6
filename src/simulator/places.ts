// Cities the simulated people live in and travel to: country, coordinates, weight, hours ahead of UTC.

export type Place = {
  readonly city: string;
  readonly country: string;
  readonly lat: number;
  readonly lon: number;
  readonly weight: number;
  readonly utcHours: number;
};

const TABLE: readonly (readonly [string, string, number, number, number, number])[] = [
  ['Berlin', 'DE', 52.52, 13.4, 9, 1],
  ['Hamburg', 'DE', 53.55, 9.99, 6, 1],
  ['Munich', 'DE', 48.14, 11.58, 6, 1],
  ['Cologne', 'DE', 50.94, 6.96, 5, 1],
  ['Paris', 'FR', 48.86, 2.35, 10, 1],
  ['Lyon', 'FR', 45.76, 4.84, 4, 1],
  ['Marseille', 'FR', 43.3, 5.37, 4, 1],
  ['Madrid', 'ES', 40.42, -3.7, 8, 1],
  ['Barcelona', 'ES', 41.39, 2.17, 7, 1],
  ['Lisbon', 'PT', 38.72, -9.14, 4, 0],
  ['Rome', 'IT', 41.9, 12.5, 7, 1],
  ['Milan', 'IT', 45.46, 9.19, 6, 1],
  ['Amsterdam', 'NL', 52.37, 4.9, 5, 1],
  ['Brussels', 'BE', 50.85, 4.35, 4, 1],
  ['Vienna', 'AT', 48.21, 16.37, 4, 1],
  ['Dublin', 'IE', 53.35, -6.26, 3, 0],
  ['Helsinki', 'FI', 60.17, 24.94, 3, 2],
  ['Athens', 'GR', 37.98, 23.73, 3, 2],
  ['Prague', 'CZ', 50.08, 14.44, 1, 1],
  ['Warsaw', 'PL', 52.23, 21.01, 1, 1],
  ['Copenhagen', 'DK', 55.68, 12.57, 1, 1],
  ['Stockholm', 'SE', 59.33, 18.07, 1, 1],
  ['Zurich', 'CH', 47.37, 8.54, 1, 1],
  ['London', 'GB', 51.51, -0.13, 2, 0],
  ['Istanbul', 'TR', 41.01, 28.98, 0.6, 3],
  ['Bucharest', 'RO', 44.43, 26.1, 0.5, 2],
  ['New York', 'US', 40.71, -74.01, 1, -5],
  ['Miami', 'US', 25.76, -80.19, 0.5, -5],
  ['Toronto', 'CA', 43.65, -79.38, 0.3, -5],
  ['São Paulo', 'BR', -23.55, -46.63, 0.3, -3],
  ['Mexico City', 'MX', 19.43, -99.13, 0.3, -6],
  ['Dubai', 'AE', 25.2, 55.27, 0.4, 4],
  ['Lagos', 'NG', 6.52, 3.38, 0.15, 1],
  ['Johannesburg', 'ZA', -26.2, 28.05, 0.2, 2],
  ['Mumbai', 'IN', 19.08, 72.88, 0.2, 5],
  ['Bangkok', 'TH', 13.76, 100.5, 0.4, 7],
  ['Jakarta', 'ID', -6.21, 106.85, 0.2, 7],
  ['Singapore', 'SG', 1.35, 103.82, 0.3, 8],
  ['Tokyo', 'JP', 35.68, 139.69, 0.3, 9],
  ['Sydney', 'AU', -33.87, 151.21, 0.2, 11],
];

export const PLACES: readonly Place[] = TABLE.map(([city, country, lat, lon, weight, utcHours]) => ({
  city,
  country,
  lat,
  lon,
  weight,
  utcHours,
}));

/** Indices of the places people live in (the euro area); the others are travelled to. */
export const HOME_PLACES: readonly number[] = PLACES.flatMap((place, i) => (place.weight >= 3 ? [i] : []));
/** Where stolen cards tend to be used. */
export const RISKY_PLACES: readonly number[] = PLACES.flatMap((place, i) =>
  ['RO', 'TR', 'US', 'NG', 'BR', 'ID', 'TH', 'MX'].includes(place.country) ? [i] : [],
);
