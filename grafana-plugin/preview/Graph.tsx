import { DataFrame, FieldType, getDisplayProcessor, QueryResultMetaNotice, TimeRange } from '@grafana/data';
import { Alert, PanelChrome, TimeSeries, TooltipDisplayMode, TooltipPlugin, useTheme2 } from '@grafana/ui';
import React, { useMemo } from 'react';

interface Props {
  title: string;
  frames: DataFrame[];
  faults: string[];
  timeRange: TimeRange;
  width: number;
}

const HEIGHT = 360;
const TIME_ZONE = 'browser';

/** Draws what the backend answered, as Grafana's time series panel would, with its notices. */
export function Graph({ title, frames, faults, timeRange, width }: Props) {
  const theme = useTheme2();
  const styled = useMemo(() => {
    let series = 0;
    return frames
      .filter((frame) => frame.fields.length > 0)
      .map((frame) => ({
        ...frame,
        fields: frame.fields.map((field) => {
          const numeric = field.type === FieldType.number;
          const bars = field.name === 'bytes';
          const config = {
            ...field.config,
            ...(numeric && {
              min: 0,
              color: { mode: 'palette-classic' },
              custom: {
                drawStyle: bars ? 'bars' : 'line',
                lineWidth: bars ? 0 : 1,
                fillOpacity: bars ? 80 : 15,
                showPoints: 'auto',
                stacking: { mode: bars ? 'normal' : 'none', group: 'A' },
              },
            }),
          };
          const copy = { ...field, config, state: { ...field.state, ...(numeric && { seriesIndex: series++ }) } };
          return { ...copy, display: getDisplayProcessor({ field: copy, theme, timeZone: TIME_ZONE }) };
        }),
      }));
  }, [frames, theme]);
  const notices: QueryResultMetaNotice[] = frames.flatMap((frame) => frame.meta?.notices ?? []);

  return (
    <>
      <PanelChrome title={title} width={width} height={HEIGHT}>
        {(innerWidth, innerHeight) =>
          styled.length === 0 ? (
            <p>{faults.length > 0 ? 'Refused' : 'No data'}</p>
          ) : (
            <TimeSeries
              frames={styled}
              timeRange={timeRange}
              timeZone={TIME_ZONE}
              width={innerWidth}
              height={innerHeight}
              legend={{ displayMode: 'list' as never, placement: 'bottom', calcs: [], showLegend: true }}
            >
              {(config, aligned) => (
                <TooltipPlugin config={config} data={aligned} mode={TooltipDisplayMode.Multi} timeZone={TIME_ZONE} />
              )}
            </TimeSeries>
          )
        }
      </PanelChrome>
      {faults.map((text) => (
        <Alert key={text} severity="error" title={text} />
      ))}
      {notices.map(({ severity, text }) => (
        <Alert key={text} severity={severity} title={text} />
      ))}
    </>
  );
}
