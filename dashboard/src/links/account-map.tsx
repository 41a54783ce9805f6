// Where an account was used lately: the newest places, joined in the order of time.
import { useEffect, useState } from 'react';
import type { AccountPoint } from '../../../src/protocol/alerts.ts';
import { loadMap } from '../figures/index.ts';
import { Chart, type ChartColors, tooltipLook } from '../kit/chart.tsx';
import { dateTime } from '../kit/format.ts';
import { escapeHtml } from './account-timeline.tsx';

const SHOWN = 40;
/** Degrees around the places, so that one place alone is not a blot. */
const MARGIN = 4;
/** How much wider than high the map is, about: what it shows is as wide, and so fills it. */
const SHAPE = 2.4;

type Box = readonly [readonly [number, number], readonly [number, number]];

/** The places with some room around them, in the shape of the map: north-west and south-east. */
export function framing(lons: readonly number[], lats: readonly number[]): Box {
  const middleLon = (Math.min(...lons) + Math.max(...lons)) / 2;
  const middleLat = (Math.min(...lats) + Math.max(...lats)) / 2;
  let width = Math.max(...lons) - Math.min(...lons) + 2 * MARGIN;
  let height = Math.max(...lats) - Math.min(...lats) + 2 * MARGIN;
  width = Math.max(width, height * SHAPE);
  height = Math.max(height, width / SHAPE);
  // Nothing is drawn beyond the poles and the date line: a frame at the edge is moved, not cut.
  const lon = Math.min(Math.max(middleLon, -180 + width / 2), Math.max(180 - width / 2, -180 + width / 2));
  const lat = Math.min(Math.max(middleLat, -60 + height / 2), Math.max(85 - height / 2, -60 + height / 2));
  return [
    [lon - width / 2, lat + height / 2],
    [lon + width / 2, lat - height / 2],
  ];
}

export function AccountMap(props: { readonly points: readonly AccountPoint[] }) {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    void loadMap().then(() => setReady(true));
  }, []);
  const places = props.points
    .flatMap((point) =>
      point.lat === null || point.lon === null ? [] : [{ point, at: [point.lon, point.lat] }],
    )
    .slice(-SHOWN);
  if (places.length === 0) return <p className="muted">The account’s transactions name no place.</p>;
  if (!ready) return <div className="map" />;
  const lons = places.map(({ at }) => at[0]);
  const lats = places.map(({ at }) => at[1]);
  const option = (colors: ChartColors) => ({
    tooltip: {
      ...tooltipLook(colors),
      formatter: ({ data }: { data?: { point?: AccountPoint } }) =>
        data?.point ? `${dateTime(data.point.at)}<br/>${escapeHtml(data.point.place)}` : '',
    },
    geo: {
      map: 'world',
      roam: false,
      silent: true,
      boundingCoords: framing(lons, lats),
      top: 4,
      bottom: 4,
      left: 4,
      right: 4,
      itemStyle: { areaColor: colors.line, borderColor: colors.panel, borderWidth: 0.5 },
    },
    series: [
      {
        type: 'lines',
        coordinateSystem: 'geo',
        polyline: true,
        silent: true,
        lineStyle: { color: colors.muted, width: 1, opacity: 0.5 },
        data: places.length > 1 ? [{ coords: places.map(({ at }) => at) }] : [],
      },
      {
        type: 'scatter',
        coordinateSystem: 'geo',
        data: places.map(({ point, at }) => ({
          value: at,
          point,
          symbol:
            point.outcome === 'approve' ? 'circle' : point.outcome === 'review' ? 'diamond' : 'triangle',
          symbolSize: point.outcome === 'approve' ? 6 : 11,
          itemStyle: { color: colors[point.outcome] },
        })),
      },
    ],
  });
  return <Chart label={`The last ${places.length} places of the account`} className="map" option={option} />;
}
