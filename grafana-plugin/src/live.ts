import {
  CoreApp, DataFrame, DataFrameJSON, dataFrameFromJSON, DataQueryResponse, isLiveChannelMessageEvent, isLiveChannelStatusEvent,
  LiveChannelAddress, LiveChannelConnectionState, LiveChannelEvent, LiveChannelScope, LiveChannelStatusEvent, LoadingState,
  QueryResultMetaNotice, TimeRange,
} from '@grafana/data';
import { Observable, Subscription, timer } from 'rxjs';

import { isOverTime, merged } from './merge';
import { EnstoreQuery } from './types';

/** How long a panel waits for the live connection, in milliseconds, before it asks without one. */
const PATIENCE = 2_000;
/** How long a panel whose changes do not fit lets pass between two whole answers at least, in milliseconds. */
const PAUSE = 5_000;
const MINUTE = 60_000;

const ABSENT =
  'This panel is live, but there is no live connection: it changes only when it is refreshed. Grafana Live must be ' +
  'switched on (max_connections in [live] of grafana.ini), and a proxy before Grafana must let WebSockets through.';
const LOST = 'The live connection is lost: what is shown may be behind until it is back.';

/** Alert rules are evaluated without a browser, now and then: nothing of them is live. */
export function isForRules(app: string | undefined): boolean {
  return app === CoreApp.UnifiedAlerting || app === CoreApp.CloudAlerting;
}

/** What a channel is told: the query, where the panel begins, and into how many points. */
export interface LiveQuestion {
  query: EnstoreQuery;
  /** The panel's time range, which ends now. */
  range: TimeRange;
  maxDataPoints?: number;
  intervalMs: number;
}

/** A time range that looks back from now by a fixed length; rounded ones, such as today so far, stay where they begin. */
const SLIDING = /^\s*now-\d+[a-zA-Z]+\s*$/;

/** Grafana 12 calls stream what was called namespace before. */
type Channel = LiveChannelAddress & Record<'namespace' | 'stream', string>;

/** The channel for a question. Panels that ask the same share it, and so the backend's work. */
export function channelOf(uid: string, { query, range, ...rest }: LiveQuestion): Channel {
  // Where the query came from, and what is true of every query there, would only keep equal questions apart.
  const { live, hide, key, datasource, ...asked } = query;
  const from = range.from.valueOf();
  const begin = SLIDING.test(String(range.raw.from))
    ? { width: Math.ceil((range.to.valueOf() - from) / MINUTE) * MINUTE }
    : { from: Math.floor(from / MINUTE) * MINUTE };
  const data = { query: asked, ...begin, ...rest };
  const path = `series/${hashOf(JSON.stringify(data))}`;
  return { scope: LiveChannelScope.DataSource, namespace: uid, stream: uid, path, data };
}

/** FNV-1a of 128 bits, as 32 hexadecimal digits. Browsers have ready-made hashes only for pages that come over TLS. */
export function hashOf(text: string): string {
  const prime = (1n << 88n) + 0x13bn;
  return new TextEncoder()
    .encode(text)
    .reduce((hash, byte) => BigInt.asUintN(128, (hash ^ BigInt(byte)) * prime), 0x6c62272e07bb014262b821756295c58dn)
    .toString(16)
    .padStart(32, '0');
}

interface Source {
  /** What happens on the channel. */
  events: Observable<LiveChannelEvent<DataFrameJSON>>;
  /** Asks for the whole answer. */
  ask: () => Observable<DataQueryResponse>;
  /** Where the panel's time range begins by now, in milliseconds since 1970. */
  start: () => number;
  /** Keeps the answers apart from those to other queries of the panel. */
  key: string;
}

/** The whole answer when the channel is there, and it again with each change that comes over the channel. */
export function liveAnswers({ events, ask, start, key }: Source): Observable<DataQueryResponse> {
  return new Observable<DataQueryResponse>((panel) => {
    const open = new Subscription();
    let question: Subscription | undefined;
    let asked = -Infinity;
    /** The whole answer that is to be asked for after a pause. */
    let again: Subscription | undefined;
    let answer: DataQueryResponse | undefined;
    /** The frame that changes are merged into, as far as there is an answer without an error. */
    let frame: DataFrame | undefined;
    /** Changes that came before the answer. */
    let waiting: DataFrame[] = [];
    let connected = false;
    let moving = false;
    let trouble: string | undefined;

    const show = () => {
      if (answer === undefined) {
        return;
      }
      const failed = answer.state === LoadingState.Error;
      const data = frame === undefined ? answer.data : answer.data.map((each, at) => (at === 0 ? noticed(frame!, trouble) : each));
      panel.next({ ...answer, data, key, ...(!failed && { state: moving ? LoadingState.Streaming : LoadingState.Done }) });
    };

    const askWhole = () => {
      question?.unsubscribe();
      again?.unsubscribe();
      again = undefined;
      asked = Date.now();
      question = ask().subscribe({
        next: (whole) => {
          const [first] = whole.data;
          answer = whole;
          frame = whole.state !== LoadingState.Error && first !== undefined && isOverTime(first) ? first : undefined;
          for (const change of waiting) {
            // One of other columns is dropped, for asking once more here might never end; the next one asks.
            frame = frame && (merged(frame, change, start()) ?? frame);
          }
          waiting = [];
          show();
        },
        error: (fault) => panel.error(fault),
      });
      open.add(question);
    };

    /** Largest groups may change at every transfer: what is asked anew must not be asked all the time. */
    const askAgain = () => {
      const left = asked + PAUSE - Date.now();
      if (left <= 0) {
        askWhole();
      } else if (again === undefined) {
        again = timer(left).subscribe(askWhole);
        open.add(again);
      }
    };

    const take = (change: DataFrame) => {
      if (question !== undefined && !question.closed) {
        waiting.push(change);
        return;
      }
      const next = frame && merged(frame, change, start());
      if (next === undefined) {
        waiting.push(change);
        askAgain();
      } else if (next !== frame) {
        frame = next;
        show();
      }
    };

    const turn = ({ state }: LiveChannelStatusEvent) => {
      const before = connected;
      connected = state === LiveChannelConnectionState.Connected;
      if (connected && !before) {
        moving = true;
        trouble = undefined;
        patience.unsubscribe();
        askWhole();
      } else if (!connected && before) {
        trouble = LOST;
        show();
      } else if (!moving && isOver(state)) {
        goWithout();
      }
    };

    const goWithout = () => {
      patience.unsubscribe();
      trouble = ABSENT;
      if (question === undefined) {
        askWhole();
      }
    };

    const patience = timer(PATIENCE).subscribe(goWithout);
    open.add(patience);
    open.add(
      events.subscribe({
        next: (event) => {
          if (isLiveChannelStatusEvent(event)) {
            turn(event);
          } else if (isLiveChannelMessageEvent(event) && event.message.schema && event.message.data) {
            take(dataFrameFromJSON(event.message));
          }
        },
        error: (fault) => panel.error(fault),
      })
    );
    return open;
  });
}

/** Whether Grafana has given the channel up. */
function isOver(state: LiveChannelConnectionState): boolean {
  return [
    LiveChannelConnectionState.Disconnected, LiveChannelConnectionState.Shutdown, LiveChannelConnectionState.Invalid,
  ].includes(state);
}

function noticed(frame: DataFrame, text: string | undefined): DataFrame {
  if (text === undefined) {
    return frame;
  }
  const notice: QueryResultMetaNotice = { severity: 'warning', text };
  return { ...frame, length: frame.length, meta: { ...frame.meta, notices: [...(frame.meta?.notices ?? []), notice] } };
}
