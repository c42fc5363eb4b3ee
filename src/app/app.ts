import type { Flags } from "../config/schema.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Words } from "../words/types.ts";
import type { Console } from "./console.ts";
import { Engine, type EngineOptions, type OpenedSettings } from "./engine.ts";

/** Engine and console in one, for what does not yet take them apart. */
export class App extends Engine {
  readonly console: Console;

  private constructor(console: Console, options: EngineOptions, opened: OpenedSettings) {
    super(options, opened);
    this.console = console;
  }

  static async openWith(console: Console, options: EngineOptions): Promise<App> {
    return new App(console, options, await Engine.read(options, null));
  }

  override async reopen(flags: Flags): Promise<App> {
    await this.close();
    const options = this.optionsWith(flags);
    return new App(this.console, options, await Engine.read(options, this.log));
  }

  get terminal(): Terminal {
    return this.console.terminal;
  }

  get words(): Words {
    return this.console.words;
  }
}
