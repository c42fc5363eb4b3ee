import type { OnBatchEvent } from "../../batch/events.ts";
import type { ItemSource } from "../../batch/item.ts";
import type { ResultSink } from "../../batch/result.ts";
import type { ScheduleEnd } from "../../batch/scheduler.ts";
import type { ModelRef } from "../../chat/model.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import type { RunOptions } from "./batch-options.ts";

/** The items of a batch that have no answer yet. */
export interface MissingItems {
  /** The batch's id in its journal. */
  readonly run: string;
  /** Of the output, as it is shown. */
  readonly name: string;
  /** Path of the output. */
  readonly output: string;
  readonly source: ItemSource;
  readonly sink: ResultSink;
}

/** How the items of a run become answers: on this machine, by workers on a queue, or as batches of the provider. */
interface RunWay extends AsyncDisposable {
  /** The model of items that name none. */
  readonly asked: ModelRef;
  /** @throws AppError whatever ends the run, as the sink does */
  readonly answer: (items: MissingItems) => Promise<ScheduleEnd>;
}

/** Opens a way with the settings of a run. @throws AppError what is wrong with settings, credentials or the way itself */
export type OpenWay = (engine: Engine, console: Console, options: RunOptions, onEvent: OnBatchEvent) => Promise<RunWay>;
