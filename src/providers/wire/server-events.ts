/** One event of a stream of server-sent events that has data. */
export interface ServerEvent {
  /** `message` where none is named. */
  readonly name: string;
  readonly data: string;
}

/**
 * Events of a body, as https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation has it, but
 * for the last one: it counts without its blank line, as some servers leave that out. Comments, ids, times to wait and events
 * without data are passed over. Two forms that are none of the standard are read: a line of JSON as data, `error:` as an event.
 *
 * @param pieces that end with a line, the last one excepted; see `wholeLines`
 * @returns the events of each piece, and at last of the end; each made when it is asked for, all before the next piece
 */
export async function* serverEvents(pieces: AsyncIterable<Buffer>): AsyncGenerator<Iterable<ServerEvent>> {
  const lines = new EventLines();
  for await (const piece of pieces) yield lines.read(piece.toString("utf8"));
  yield lines.read("\n\n");
}

class EventLines {
  #name = "";
  #data: string[] = [];
  /** The last line ended with CR: a line feed at the start of the next piece belongs to it. */
  #return = false;
  #isFirst = true;

  *read(text: string): Generator<ServerEvent> {
    let rest = this.#return && text.startsWith("\n") ? text.slice(1) : text;
    if (this.#isFirst) rest = rest.replace(/^\uFEFF/u, "");
    this.#isFirst = false;
    this.#return = text.endsWith("\r");
    const lines = rest.includes("\r") ? rest.split(/\r\n|\n|\r/u) : rest.split("\n");
    // What is behind the last line end is a line of its own only at the end of the body.
    if (lines.at(-1) === "") lines.pop();
    for (const line of lines) {
      if (line !== "") this.#field(line);
      else if (this.#data.length > 0) yield this.#take();
      else this.#name = "";
    }
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    // Gateways put JSON of their own behind a stream that failed, llama.cpp `error: {…}`.
    if (line.startsWith("{")) this.#data.push(line);
    else if (name === "error") this.#name = name;
    if (name !== "data" && name !== "event" && name !== "error") return;
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "event") this.#name = value;
    else this.#data.push(value);
  }

  #take(): ServerEvent {
    const event = {
      name: this.#name || "message",
      data: this.#data.length === 1 ? this.#data[0]! : this.#data.join("\n"),
    };
    this.#name = "";
    this.#data = [];
    return event;
  }
}
