import { offeredModels, readBalance } from "../providers/account.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { count } from "../terminal/figures.ts";
import { table } from "../terminal/table.ts";
import type { Console } from "./console.ts";
import type { Engine } from "./engine.ts";
import type { Rates } from "../usage/prices.ts";
import { factsOf, learnFromList, onlyChatModel } from "./model-facts.ts";
import { modelPrice } from "./usage/model-price.ts";

/** What `models` does. */
export async function models(engine: Engine, { terminal, words }: Console, json: boolean): Promise<void> {
  const { settings } = engine;
  const connection = await engine.connect(settings.provider);
  const offered = await offeredModels(connection, engine.stop);
  await learnFromList(engine, connection, offered);
  const inUse = settings.model ?? connection.model ?? onlyChatModel(offered);
  const rows = offered.map(({ id }) => {
    const facts = factsOf(engine, connection.name, id);
    return { id, facts, price: modelPrice(engine, { provider: connection.name, model: id }) };
  });
  if (json) {
    const objects = rows.map(({ id, facts, price }) => ({
      id,
      provider: connection.name,
      context: facts.context ?? null,
      max_output: facts.maxOutput ?? null,
      vision: facts.vision ?? null,
      price:
        price === null
          ? null
          : {
              currency: settings.currency,
              ...price.rates,
              peak_factor: price.peakFactor,
              as_of: price.asOf,
              until: price.until,
              source: price.source,
            },
    }));
    return terminal.json(objects);
  }
  if (rows.length === 0) return terminal.say(words.tables.noModels({ provider: connection.name }));
  // A server of one's own has no prices, and needs no column for them.
  const priced = rows.some(({ price }) => price !== null);
  const row = (id: string, context: string, price: string, use: string) =>
    priced ? [id, context, price, use] : [id, context, use];
  const cells = rows.map(({ id, facts, price }) =>
    row(
      sanitize(id),
      facts.context === undefined ? "" : count(facts.context),
      price === null ? "" : ratesText(price.rates),
      id === inUse ? words.tables.inUse : "",
    ),
  );
  const { model, context, price } = words.tables;
  const head = terminal.outIsTerminal ? [row(model, context, price({ currency: settings.currency }), "")] : [];
  const { muted, accent } = terminal.ink.out;
  const painted = cells.map((cell, index) =>
    rows[index]!.id === inUse ? cell.map(accent) : cell.map((text, column) => (column === 0 ? text : muted(text))),
  );
  terminal.out(table([...head.map((cell) => cell.map(muted)), ...painted], [1], terminal.tableRoom));
}

function ratesText({ cached, input, output }: Rates): string {
  return `${cached} / ${input} / ${output}`;
}

/** What `balance` does. */
export async function balance(
  engine: Pick<Engine, "connect" | "settings" | "stop">,
  { terminal, words }: Console,
  json: boolean,
): Promise<void> {
  const { settings } = engine;
  const connection = await engine.connect(settings.provider);
  const rows = await readBalance(connection, engine.stop);
  if (json) {
    const objects = rows?.map(({ currency, total, granted, toppedUp }) => ({
      currency,
      total,
      granted,
      topped_up: toppedUp,
    }));
    return terminal.json({ provider: connection.name, balances: objects ?? null });
  }
  if (rows === null || rows.length === 0) return terminal.say(words.tables.noBalance({ provider: connection.name }));
  const cells = rows.map((row) => [sanitize(row.currency), sanitize(words.tables.balance(row))]);
  terminal.out(table(cells, [], terminal.tableRoom));
}
