// What was flagged, by country, on a map of the world, shapes from the world-atlas package.
import { useEffect, useState } from 'react';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { COUNTRIES } from '../../../src/domain/country.ts';
import type { RegionCount } from '../../../src/protocol/figures.ts';
import { Chart, type ChartColors, echarts } from '../kit/chart.tsx';
import { count, countryName } from '../kit/format.ts';

const alpha2ByNumeric = new Map([...COUNTRIES].map(([alpha2, numeric]) => [numeric, alpha2]));
let loaded = false;

/** A ring that crosses the date line goes on beyond 180° instead of running back around the world. */
function unwrap(coordinates: unknown): void {
  if (!Array.isArray(coordinates)) return;
  const isRing = Array.isArray(coordinates[0]) && typeof coordinates[0][0] === 'number';
  if (!isRing) {
    for (const part of coordinates) unwrap(part);
    return;
  }
  const longitudes = coordinates.map((point) => point[0] as number);
  if (Math.max(...longitudes) - Math.min(...longitudes) < 180) return;
  for (const point of coordinates) if (point[0] < 0) point[0] += 360;
}

export async function loadMap(): Promise<void> {
  if (loaded) return;
  const { default: topology } = await import('world-atlas/countries-110m.json');
  const atlas = topology as unknown as Topology<{ countries: GeometryCollection }>;
  const shapes = feature(atlas, atlas.objects.countries);
  for (const shape of shapes.features)
    if ('coordinates' in shape.geometry) unwrap(shape.geometry.coordinates);
  const features = shapes.features
    .filter((shape) => shape.id !== '010')
    .map((shape) => ({
      ...shape,
      properties: { name: alpha2ByNumeric.get(String(shape.id)) ?? `shape-${shape.id}` },
    }));
  echarts.registerMap('world', { type: 'FeatureCollection', features } as Parameters<
    typeof echarts.registerMap
  >[1]);
  loaded = true;
}

export function WorldMap(props: {
  readonly regions: readonly RegionCount[];
  readonly onPick: (country: string) => void;
}) {
  const [ready, setReady] = useState(loaded);
  useEffect(() => {
    loadMap().then(() => setReady(true));
  }, []);
  if (!ready) return <div className="map" />;
  const highest = Math.max(1, ...props.regions.map((region) => region.flagged));
  const option = (colors: ChartColors) => ({
    tooltip: {
      formatter: (item: { name: string; data?: { region?: RegionCount } }) => {
        const region = item.data?.region;
        return region
          ? `<b>${countryName(region.country)}</b><br/>${count(region.flagged)} flagged of ${count(region.transactions)}`
          : countryName(item.name.length === 2 ? item.name : undefined);
      },
    },
    visualMap: {
      show: false,
      min: 0,
      max: highest,
      inRange: { color: [colors.line, colors.review, colors.decline] },
    },
    series: [
      {
        type: 'map',
        map: 'world',
        roam: false,
        boundingCoords: [
          [-170, 80],
          [190, -56],
        ],
        top: 4,
        bottom: 4,
        left: 4,
        right: 4,
        itemStyle: { areaColor: colors.line, borderColor: colors.panel, borderWidth: 0.5 },
        emphasis: { label: { show: false }, itemStyle: { areaColor: colors.accent } },
        select: { disabled: true },
        data: props.regions.map((region) => ({ name: region.country, value: region.flagged, region })),
      },
    ],
  });
  return (
    <Chart
      label="Map of flagged transactions by country"
      className="map"
      option={option}
      onPick={props.onPick}
    />
  );
}
