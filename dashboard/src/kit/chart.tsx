// An ECharts chart that follows its data, its size and the colour scheme.
import { useComputedColorScheme } from '@mantine/core';
import { BarChart, GraphChart, LineChart, LinesChart, MapChart, ScatterChart } from 'echarts/charts';
import {
  GeoComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { type RefObject, useEffect, useRef, useState } from 'react';

echarts.use([
  BarChart,
  GraphChart,
  LineChart,
  LinesChart,
  MapChart,
  ScatterChart,
  GeoComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
]);

export { echarts };

export type ChartColors = {
  text: string;
  muted: string;
  line: string;
  panel: string;
  accent: string;
  approve: string;
  review: string;
  decline: string;
};

const LIGHT: ChartColors = {
  text: '#1c2430',
  muted: '#5a6472',
  line: '#e3e6ea',
  panel: '#ffffff',
  accent: '#0f7d6e',
  approve: '#2f63c9',
  review: '#c98a1b',
  decline: '#c8371b',
};
const DARK: ChartColors = {
  text: '#e7eaee',
  muted: '#98a2b0',
  line: '#2b3038',
  panel: '#171a1f',
  accent: '#34b8a0',
  approve: '#7aa5f5',
  review: '#e6b450',
  decline: '#ff8a6b',
};

/** How a tooltip and a legend look. */
export const tooltipLook = (colors: ChartColors) => ({
  backgroundColor: colors.panel,
  borderColor: colors.line,
  textStyle: { color: colors.text, fontSize: 12 },
});
export const legendLook = (colors: ChartColors) => ({
  top: 0,
  left: 0,
  textStyle: { color: colors.text, fontSize: 11 },
  itemWidth: 18,
  itemHeight: 8,
});

/** Without width and height ECharts has nothing to lay out by: a chart waits for room, and keeps its last size while it has none. */
const hasRoom = ({ clientWidth, clientHeight }: HTMLElement): boolean => clientWidth > 0 && clientHeight > 0;

/** The chart of an element, from when it has room on. */
function useChart(element: RefObject<HTMLDivElement | null>): echarts.ECharts | undefined {
  const [chart, setChart] = useState<echarts.ECharts>();
  useEffect(() => {
    const place = element.current;
    if (!place) return;
    let made: echarts.ECharts | undefined;
    // Hears of the first size, too.
    const observer = new ResizeObserver(() => {
      if (!hasRoom(place)) return;
      if (made) return made.resize();
      made = echarts.init(place, undefined, { renderer: 'canvas' });
      setChart(made);
    });
    observer.observe(place);
    return () => {
      observer.disconnect();
      made?.dispose();
      setChart(undefined);
    };
  }, [element]);
  return chart;
}

export function Chart(props: {
  readonly label: string;
  readonly className?: string;
  readonly option: (colors: ChartColors) => echarts.EChartsCoreOption;
  readonly onPick?: (name: string) => void;
}) {
  const scheme = useComputedColorScheme('light');
  const element = useRef<HTMLDivElement>(null);
  const chart = useChart(element);
  useEffect(() => {
    chart?.setOption(
      { animation: false, ...props.option(scheme === 'dark' ? DARK : LIGHT) },
      { notMerge: false, lazyUpdate: true },
    );
  });
  const { onPick } = props;
  useEffect(() => {
    if (!chart || !onPick) return;
    const listener = (event: { name?: string }): void => {
      if (event.name) onPick(event.name);
    };
    chart.on('click', listener);
    return () => {
      if (!chart.isDisposed()) chart.off('click', listener);
    };
  }, [chart, onPick]);
  return <div ref={element} role="img" aria-label={props.label} className={props.className ?? 'chart'} />;
}

/** A line of a few points without axes. */
export function Sparkline(props: { readonly values: readonly number[]; readonly color?: string }) {
  const { values } = props;
  const highest = Math.max(...values, 1e-9);
  const points = values
    .map((value, i) => `${(i / Math.max(values.length - 1, 1)) * 80},${23 - (value / highest) * 21}`)
    .join(' ');
  return (
    <svg width="80" height="24" aria-hidden="true" focusable="false">
      <polyline
        points={points}
        fill="none"
        stroke={props.color ?? 'currentColor'}
        strokeWidth="1.5"
        strokeLinejoin="round"
      />
    </svg>
  );
}
