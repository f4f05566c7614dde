import { DataFrame, Field, FieldType, formattedValueToString, getDisplayProcessor, QueryResultMetaNotice, TimeRange } from '@grafana/data';
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

/** Measures whose steps can be piled up as bars. */
const AMOUNTS = ['bytes', 'transfers'];

/** Draws what the backend answered, as Grafana's time series or table panel would, with its notices. */
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
          const bars = AMOUNTS.includes(field.name);
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
  const isTable = styled.some(({ meta }) => meta?.type !== 'timeseries-wide');
  const notices: QueryResultMetaNotice[] = frames.flatMap((frame) => frame.meta?.notices ?? []);

  return (
    <>
      <PanelChrome title={title} width={width} height={HEIGHT}>
        {(innerWidth, innerHeight) =>
          styled.length === 0 ? (
            <p>{faults.length > 0 ? 'Refused' : 'No data'}</p>
          ) : isTable ? (
            <Rows fields={styled[0].fields} height={innerHeight} />
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

function Rows({ fields, height }: { fields: Field[]; height: number }) {
  const rows = Array.from({ length: fields[0].values.length }, (_, row) => row);
  return (
    // Focusable, so that it can be scrolled with the keyboard.
    <div tabIndex={0} role="region" aria-label="Table" style={{ height, overflow: 'auto' }}>
      <table style={{ width: '100%', textAlign: 'left' }}>
        <thead>
          <tr>
            {fields.map(({ name }) => (
              <th key={name} scope="col" style={{ padding: 4 }}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              {fields.map((field) => (
                <td key={field.name} style={{ padding: 4 }}>
                  {shown(field, valueAt(field, row))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Before Grafana 10 the values of a field were no array. */
function valueAt({ values }: Field, row: number): unknown {
  return Array.isArray(values) ? values[row] : (values as unknown as { get: (row: number) => unknown }).get(row);
}

function shown({ display }: Field, value: unknown): string {
  return value === null || value === undefined ? '' : display ? formattedValueToString(display(value)) : String(value);
}
