// Where an account was used lately: the newest places, joined in the order of time.
import { useEffect, useState } from 'react';
import type { AccountPoint } from '../../../src/protocol/alerts.ts';
import { loadMap } from '../figures/index.ts';
import { Chart, type ChartColors, tooltipLook } from '../kit/chart.tsx';
import { dateTime } from '../kit/format.ts';
import { Empty } from '../kit/parts.tsx';
import { escapeHtml } from './account-timeline.tsx';

const SHOWN = 40;
/** Degrees around the places, so that one place alone is not a blot. */
const MARGIN = 4;

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
  if (places.length === 0) return <Empty>The account’s transactions name no place.</Empty>;
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
      boundingCoords: [
        [Math.min(...lons) - MARGIN, Math.min(85, Math.max(...lats) + MARGIN)],
        [Math.max(...lons) + MARGIN, Math.max(-60, Math.min(...lats) - MARGIN)],
      ],
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
