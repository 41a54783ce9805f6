// What the desk counts in, how old its exchange rates are, and importing newer ones.
import { Button, FileButton, Group } from '@mantine/core';
import { useState } from 'react';
import type { ExchangeRates as Rates, RatesImported } from '../../../src/protocol/rates.ts';
import { count, dateTime, utc } from '../kit/format.ts';
import { Empty, Panel, Problem, Scroll } from '../kit/parts.tsx';
import { call, useAnswer } from '../live/desk.ts';
import { useMay } from '../live/me.ts';

const ECB = 'https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip';

export function ExchangeRates() {
  const { data, problem, again } = useAnswer('getExchangeRates', {}, 60_000);
  const may = useMay('edit_rates');
  const [running, setRunning] = useState(false);
  const [refused, setRefused] = useState<string>();
  const [done, setDone] = useState<RatesImported>();
  const take = (file: File | null): void => {
    if (!file) return;
    setRunning(true);
    setRefused(undefined);
    setDone(undefined);
    call('importExchangeRates', {
      headers: { 'x-file-name': file.name.replace(/[^\w .()-]/g, '') },
      type: 'text/csv',
      body: file,
    })
      .then(setDone, (error: Error) => setRefused(error.message))
      .finally(() => {
        setRunning(false);
        again();
      });
  };
  if (!data)
    return (
      <Panel title="Exchange rates">{problem ? <Problem text={problem} /> : <Empty>Loading …</Empty>}</Panel>
    );
  return (
    <>
      <Panel title="Exchange rates">
        <p>
          This desk counts in <b>{data.baseCurrency}</b>: every sum, threshold, order and expected loss is in
          it. Its newest rates are of <b>{data.newestDate}</b>
          {data.isShipped ? ', the ones that ship with the program' : ''},{' '}
          <span className={data.isOld ? 'overdue' : undefined}>
            {data.isOld ? '▲ ' : ''}
            {count(data.ageDays)} {data.ageDays === 1 ? 'day' : 'days'} old
          </span>
          .
        </p>
        <p className="muted">
          A payment in another currency is converted by the last rate known on its day, and keeps that rate.
          Import{' '}
          <a href={ECB} rel="noreferrer">
            eurofxref-hist.csv of the European Central Bank
          </a>
          , or a file of its layout; a schedule of yours does it with <code>./goshawk rates import FILE</code>
          .
        </p>
        <Problem text={problem ?? refused} />
        {done && <Imported done={done} />}
        {may && (
          <FileButton onChange={take} accept=".csv,text/csv">
            {(props) => (
              <Button {...props} size="xs" loading={running}>
                Import rates …
              </Button>
            )}
          </FileButton>
        )}
      </Panel>
      <InService rates={data} />
      <Imports imports={data.imports} />
    </>
  );
}

function Imported({ done }: { readonly done: RatesImported }) {
  return (
    <div role="status">
      <p>
        ✓ {count(done.rates)} rates are in service, the newest of {done.lastDate}.
        {done.dropped > 0 && ` ${count(done.dropped)} cells or lines were not taken:`}
      </p>
      {done.problems.length > 0 && (
        <ul className="muted">
          {done.problems.slice(0, 10).map(({ line, column, message }) => (
            <li key={`${line} ${column} ${message}`}>
              Line {line}
              {column === null ? '' : `, ${column}`}: {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function InService({ rates }: { readonly rates: Rates }) {
  return (
    <Panel title="In service" note={`one unit in ${rates.baseCurrency}, for a payment of today`}>
      <Scroll label="Exchange rates in service">
        <div className="rates">
          {rates.currencies.map(({ currency, rate, date, isShipped }) => (
            <Group key={currency} gap={6} wrap="nowrap" title={`${date}${isShipped ? ', shipped' : ''}`}>
              <b>{currency}</b>
              <span className="right">{rate.toPrecision(5)}</span>
              <small className="muted">{isShipped ? 'shipped' : date}</small>
            </Group>
          ))}
        </div>
      </Scroll>
    </Panel>
  );
}

function Imports({ imports }: { readonly imports: Rates['imports'] }) {
  return (
    <Panel title="Imports">
      {imports.length === 0 ? (
        <Empty>None yet: the rates that ship with the program serve until one is imported.</Empty>
      ) : (
        <Scroll label="Imports of exchange rates">
          <table className="rows">
            <tbody>
              {imports.map((one) => (
                <tr key={one.at}>
                  <td title={utc(one.at)}>{dateTime(one.at)}</td>
                  <td>{one.by}</td>
                  <td>{one.source}</td>
                  <td className="right">{count(one.rates)} rates</td>
                  <td>up to {one.lastDate}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Panel>
  );
}
