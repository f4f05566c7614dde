// @vitest-environment jsdom
import './browser';

import {
  CoreApp, DataFrame, DataFrameJSON, DataQueryRequest, DataQueryResponse, dateTime, FieldType, LiveChannelConnectionState,
  LiveChannelEvent, LiveChannelEventType, LoadingState, toDataFrame,
} from '@grafana/data';
import { DataSourceWithBackend, setGrafanaLiveSrv } from '@grafana/runtime';
import { Observable, of, Subject, throwError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { channelOf, hashOf, isForRules, liveAnswers } from '../src/live';
import { EnstoreQuery } from '../src/types';
import { fakeDataSource, FakeTemplates } from './fakes';

const { Connected, Connecting, Disconnected, Invalid, Pending } = LiveChannelConnectionState;
const query = (part: Partial<EnstoreQuery> = {}): EnstoreQuery => ({ refId: 'A', version: 1, live: true, ...part });

describe('isForRules', () => {
  it('is true of where alert rules are made', () => {
    expect([CoreApp.UnifiedAlerting, CoreApp.CloudAlerting].map(isForRules)).toEqual([true, true]);
    expect([CoreApp.Dashboard, CoreApp.PanelEditor, CoreApp.Explore, undefined].map(isForRules)).toEqual([false, false, false, false]);
  });
});

describe('channelOf', () => {
  const lasting = (from: number, to: number, raw: string) => ({ from: dateTime(from), to: dateTime(to), raw: { from: raw, to: 'now' } });
  const question = { query: query(), range: lasting(90_500, 3_690_400, 'now-1h'), maxDataPoints: 300, intervalMs: 60_000 };

  it('tells the query without what is no part of the question, and how far back it looks', () => {
    const asked = query({ hide: false, key: 'Q-1', datasource: { uid: 'enstore' }, measure: 'bytes' });
    expect(channelOf('enstore', { ...question, query: asked })).toEqual({
      scope: 'ds',
      namespace: 'enstore',
      stream: 'enstore',
      path: expect.stringMatching(/^series\/[0-9a-f]{32}$/),
      data: { query: { refId: 'A', version: 1, measure: 'bytes' }, width: 3_600_000, maxDataPoints: 300, intervalMs: 60_000 },
    });
  });

  it('is the same for the same question, and another for another', () => {
    const path = (part: Partial<typeof question>) => channelOf('enstore', { ...question, ...part }).path;
    expect(path({ range: lasting(990_500, 4_590_500, 'now-1h') })).toBe(path({}));
    const longer = lasting(0, 7_200_000, 'now-2h');
    const others = [{ range: longer }, { maxDataPoints: 301 }, { intervalMs: 1 }, { query: query({ measure: 'transfers' }) }];
    expect(new Set([path({}), ...others.map(path)]).size).toBe(1 + others.length);
  });

  it.each(['now/d', 'now-1d/d', '2026-11-01T00:00:00Z'])('tells where a range begins that does not slide: %s', (raw) => {
    const { data } = channelOf('enstore', { ...question, range: lasting(90_500, 3_690_400, raw) });
    expect(data).toMatchObject({ from: 60_000 });
    expect(data).not.toHaveProperty('width');
  });

  it('hashes as published', () => {
    expect(hashOf('')).toBe('6c62272e07bb014262b821756295c58d');
    expect(hashOf('a')).toBe('d228cb696f1a8caf78912b704e4a8964');
    expect(hashOf('foobar')).toBe('343e1662793c64bf6f0d3597ba446f18');
  });
});

const labels = { mover: 'LTO8_001' };
const schema = (asOf: string, name = 'bytes') => ({
  meta: { custom: { asOf } },
  fields: [{ name: 'time', type: FieldType.time }, { name, type: FieldType.number, labels }],
});
const second = (count: number) => new Date(Date.UTC(2026, 10, 23, 10, 0, count)).toISOString();
const whole = (asOf: number, values: number[], name = 'bytes'): DataQueryResponse => ({
  data: [
    toDataFrame({
      refId: 'A',
      ...schema(second(asOf), name),
      fields: [
        { name: 'time', type: FieldType.time, values: values.map((_, row) => 10 * (row + 1)) },
        { name, type: FieldType.number, labels, values },
      ],
    }),
  ],
});

/** A live query whose channel and backend are played by the test. */
function follow(start = 0) {
  const events = new Subject<LiveChannelEvent<DataFrameJSON>>();
  const questions: Array<Subject<DataQueryResponse>> = [];
  const shown: DataQueryResponse[] = [];
  const ask = () => {
    const question = new Subject<DataQueryResponse>();
    questions.push(question);
    return question;
  };
  const panel = liveAnswers({ events, ask, start: () => start, key: 'live-A' }).subscribe((answer) => shown.push(answer));
  return {
    events,
    questions,
    shown,
    panel,
    last: () => shown[shown.length - 1],
    rows: () => (shown[shown.length - 1].data[0] as DataFrame).fields.map(({ values }) => [...values]),
    notices: () => (shown[shown.length - 1].data[0] as DataFrame).meta?.notices?.map(({ text }) => text) ?? [],
    turn: (state: LiveChannelConnectionState) =>
      events.next({ type: LiveChannelEventType.Status, id: 'ds/enstore/series', timestamp: 0, state }),
    send: (message: DataFrameJSON) => events.next({ type: LiveChannelEventType.Message, message }),
    change: (asOf: number, times: number[], values: number[], name = 'bytes') =>
      events.next({
        type: LiveChannelEventType.Message,
        message: { schema: schema(second(asOf), name), data: { values: [times, values] } },
      }),
    answer: (response: DataQueryResponse) => {
      const question = questions[questions.length - 1];
      question.next(response);
      question.complete();
    },
  };
}

describe('liveAnswers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks for everything once connected, and then shows every change', () => {
    const seen = follow();
    seen.turn(Pending);
    seen.turn(Connecting);
    expect(seen.questions).toHaveLength(0);
    seen.turn(Connected);
    seen.answer(whole(1, [1, 2]));
    expect(seen.last()).toMatchObject({ key: 'live-A', state: LoadingState.Streaming });
    expect(seen.rows()).toEqual([[10, 20], [1, 2]]);
    seen.change(2, [20, 30], [2.5, 3]);
    expect(seen.last()).toMatchObject({ key: 'live-A', state: LoadingState.Streaming });
    expect(seen.rows()).toEqual([[10, 20, 30], [1, 2.5, 3]]);
    expect(seen.questions).toHaveLength(1);
    expect(seen.shown).toHaveLength(2);
  });

  it('keeps changes that come before the answer, and leaves out those it knows of', () => {
    const seen = follow();
    seen.turn(Connected);
    seen.change(1, [10], [-1]);
    seen.change(3, [20], [22]);
    seen.change(4, [30], [33], 'files');
    seen.answer(whole(2, [1, 2]));
    expect(seen.shown).toHaveLength(1);
    expect(seen.rows()).toEqual([[10, 20], [1, 22]]);
    expect(seen.questions).toHaveLength(1);
  });

  it('shows nothing new for a change that knows less, or a message without rows', () => {
    const seen = follow();
    seen.turn(Connected);
    seen.answer(whole(5, [1]));
    seen.change(4, [10], [0]);
    seen.send({ schema: schema(second(9)) });
    seen.send({ data: { values: [[10], [7]] } });
    seen.events.next({ type: LiveChannelEventType.Join, user: {} });
    expect(seen.shown).toHaveLength(1);
    expect(seen.questions).toHaveLength(1);
  });

  it('drops what has left the time range', () => {
    const seen = follow(25);
    seen.turn(Connected);
    seen.answer(whole(1, [1, 2, 3]));
    seen.change(2, [40], [4]);
    expect(seen.rows()).toEqual([[20, 30, 40], [2, 3, 4]]);
  });

  it('asks again for other columns, once for each change', () => {
    const seen = follow();
    seen.turn(Connected);
    seen.answer(whole(1, [1]));
    vi.advanceTimersByTime(5_000);
    seen.change(2, [20], [2], 'files');
    expect(seen.questions).toHaveLength(2);
    expect(seen.shown).toHaveLength(1);
    seen.answer(whole(2, [5], 'files'));
    expect(seen.rows()).toEqual([[10, 20], [5, 2]]);
    vi.advanceTimersByTime(5_000);
    seen.change(3, [30], [3], 'bytes');
    seen.answer(whole(3, [6], 'files'));
    expect(seen.rows()).toEqual([[10], [6]]);
    expect(seen.questions).toHaveLength(3);
  });

  it('lets some time pass between two whole answers, however often the columns change', () => {
    const seen = follow();
    seen.turn(Connected);
    seen.answer(whole(1, [1]));
    vi.advanceTimersByTime(1_000);
    for (const files of [2, 3, 4]) {
      seen.change(files, [20], [files], 'files');
    }
    vi.advanceTimersByTime(3_999);
    expect(seen.questions).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(seen.questions).toHaveLength(2);
    seen.answer(whole(1, [5], 'files'));
    expect(seen.rows()).toEqual([[10, 20], [5, 4]]);
    vi.advanceTimersByTime(60_000);
    expect(seen.questions).toHaveLength(2);
    seen.change(5, [30], [1]);
    seen.panel.unsubscribe();
    vi.advanceTimersByTime(60_000);
    expect(seen.questions).toHaveLength(3);
  });

  it('shows an error as it is, and asks again when something changes', () => {
    const seen = follow();
    seen.turn(Connected);
    const fault = { data: [], state: LoadingState.Error, error: { message: 'No standby answers.' } };
    seen.answer(fault);
    expect(seen.last()).toEqual({ ...fault, key: 'live-A' });
    vi.advanceTimersByTime(5_000);
    seen.change(2, [10], [1]);
    expect(seen.questions).toHaveLength(2);
    seen.answer(whole(1, [0]));
    expect(seen.rows()).toEqual([[10], [1]]);
  });

  it('passes on what is thrown', () => {
    const fault = vi.fn();
    const ask = () => throwError(() => new Error('Refused.'));
    const status = { type: LiveChannelEventType.Status as const, id: '', timestamp: 0, state: Connected };
    liveAnswers({ events: of(status), ask, start: () => 0, key: 'live-A' }).subscribe({ error: fault });
    expect(fault).toHaveBeenCalledWith(new Error('Refused.'));
  });

  it('leaves an answer without series alone', () => {
    const seen = follow();
    seen.turn(Connected);
    seen.answer({ data: [] });
    expect(seen.last()).toEqual({ data: [], key: 'live-A', state: LoadingState.Streaming });
  });

  it('says that the connection is lost, and asks again when it is back', () => {
    const seen = follow();
    seen.turn(Connected);
    seen.answer(whole(1, [1]));
    expect(seen.notices()).toEqual([]);
    seen.turn(Connecting);
    expect(seen.notices()).toEqual([expect.stringContaining('is lost')]);
    expect(seen.rows()).toEqual([[10], [1]]);
    expect(seen.last()).toMatchObject({ state: LoadingState.Streaming });
    seen.turn(Connected);
    expect(seen.questions).toHaveLength(2);
    seen.answer(whole(2, [1, 2]));
    expect(seen.notices()).toEqual([]);
    expect(seen.rows()).toEqual([[10, 20], [1, 2]]);
  });

  it('does not ask twice for one connection', () => {
    const seen = follow();
    seen.turn(Connected);
    seen.turn(Connected);
    expect(seen.questions).toHaveLength(1);
  });

  it('answers without a connection after a while, and says so until there is one', () => {
    const seen = follow();
    seen.turn(Pending);
    vi.advanceTimersByTime(2_000);
    seen.answer(whole(1, [1]));
    expect(seen.last()).toMatchObject({ state: LoadingState.Done });
    expect(seen.notices()).toEqual([expect.stringContaining('there is no live connection')]);
    seen.turn(Connected);
    seen.answer(whole(2, [1]));
    expect(seen.last()).toMatchObject({ state: LoadingState.Streaming });
    expect(seen.notices()).toEqual([]);
  });

  it.each([Invalid, Disconnected])('answers at once when the channel is %s', (state) => {
    const seen = follow();
    seen.turn(state);
    expect(seen.questions).toHaveLength(1);
    vi.advanceTimersByTime(10_000);
    expect(seen.questions).toHaveLength(1);
  });

  it('lets go of channel and question with the panel', () => {
    const seen = follow();
    seen.turn(Connected);
    seen.panel.unsubscribe();
    expect(seen.events.observed).toBe(false);
    expect(seen.questions[0].observed).toBe(false);
    vi.advanceTimersByTime(10_000);
    expect(seen.questions).toHaveLength(1);
  });
});

describe('EnstoreDataSource.query', () => {
  const NOW = Date.UTC(2026, 10, 23, 10);

  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Asks as a panel does; every channel is connected, every ordinary query answered. */
  function ask(targets: EnstoreQuery[], { to = 'now', app = CoreApp.Dashboard } = {}) {
    const asked: Array<DataQueryRequest<EnstoreQuery>> = [];
    const addresses: any[] = [];
    const channels: any[] = [];
    vi.spyOn(DataSourceWithBackend.prototype, 'query').mockImplementation((request: any) => {
      asked.push(request);
      return of(whole(1, [1]));
    });
    setGrafanaLiveSrv({
      getStream: (address: any) => {
        addresses.push(address);
        return new Observable((channel) => {
          channels.push(channel);
          channel.next({ type: LiveChannelEventType.Status, id: address.path, timestamp: 0, state: Connected });
        });
      },
    } as any);
    const datasource = fakeDataSource(new FakeTemplates({ mover: ['a', 'b'] }));
    const answers: DataQueryResponse[] = [];
    const range = { from: dateTime(NOW - 3_600_000), to: dateTime(NOW), raw: { from: 'now-1h', to } };
    const request = { requestId: 'Q7', app, targets, range, scopedVars: {}, timezone: 'browser', intervalMs: 1000, maxDataPoints: 500 };
    datasource.query(request as any).subscribe((answer) => answers.push(answer));
    return { asked, addresses, answers, channels };
  }

  it('gives each live query a channel, with its variables put in, and asks the others together', () => {
    const filters = { mover: { include: ['$mover'] } };
    const { asked, addresses, answers } = ask([
      query({ filters }),
      query({ refId: 'B', live: false }),
      query({ refId: 'C', measure: 'transfers' }),
      query({ refId: 'D', queryType: 'replication', live: undefined }),
    ]);
    expect(addresses.map(({ namespace, data }) => [namespace, data])).toEqual([
      ['enstore', { query: { refId: 'A', version: 1, filters: { mover: { include: ['a', 'b'] } } }, width: 3_600_000, maxDataPoints: 500, intervalMs: 1000 }],
      ['enstore', { query: { refId: 'C', version: 1, measure: 'transfers', filters: {} }, width: 3_600_000, maxDataPoints: 500, intervalMs: 1000 }],
    ]);
    expect(asked.map(({ requestId, targets }) => [requestId, ...targets.map(({ refId }) => refId)])).toEqual([
      ['Q7', 'B', 'D'], ['Q7-live-A', 'A'], ['Q7-live-C', 'C'],
    ]);
    expect(answers.map(({ key }) => key)).toEqual([undefined, 'live-A', 'live-C']);
  });

  it('asks anew for the time range as it has become, when columns come or go', () => {
    const { asked, channels } = ask([query()]);
    vi.advanceTimersByTime(600_000);
    channels[0].next({
      type: LiveChannelEventType.Message,
      message: { schema: schema(second(2), 'files'), data: { values: [[20], [2]] } },
    });

    const ranges = asked.map(({ range: { from, to, raw } }) => [from.valueOf() - NOW, to.valueOf() - NOW, raw.from]);
    expect(ranges).toEqual([[-3_600_000, 0, 'now-1h'], [-3_000_000, 600_000, 'now-1h']]);
  });

  it.each([
    ['the time range does not end now', [query()], { to: 'now-1d' }],
    ['an alert rule asks', [query()], { app: CoreApp.UnifiedAlerting }],
    ['it is hidden', [query({ hide: true })], {}],
    ['its numbers begin with the range', [query({ runningTotal: true }), query({ compare: 'previousPeriod' })], {}],
    ['it is not live', [query({ live: false })], {}],
  ])('asks as ever when %s', (_, targets, circumstances) => {
    const { asked, addresses } = ask(targets, circumstances);
    expect(addresses).toEqual([]);
    expect(asked.map(({ requestId, targets: sent }) => [requestId, sent])).toEqual([['Q7', targets]]);
  });
});
