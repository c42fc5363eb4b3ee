import type { IncomingMessage } from "node:http";
import type { Connection } from "../connection.ts";
import { AnswerLimit, BodyWeight, limited } from "./limits.ts";
import { decoded, type ReceivedBody } from "./response-body.ts";

/** Bytes of a refusal that are read, to quote it. */
const maxRefusal = 64 * 1024;
/** Milliseconds that the rest of a refusal's body may take: the status says enough. */
const refusalTimeout = 3_000;

/** A response whose headers are there and whose body is still to be read. */
export class HttpResponse {
  readonly status: number;
  /** What was asked. */
  readonly url: string;
  /** Decompressed, and within bounds: `flooded` is thrown beyond. */
  readonly body: AsyncIterable<Buffer>;
  readonly #incoming: IncomingMessage;
  readonly #limit: AnswerLimit;

  /** @param connection names the sender, and the bytes of the longest answer */
  constructor(
    incoming: IncomingMessage,
    body: ReceivedBody,
    url: URL,
    { name, maxAnswer }: Pick<Connection, "name" | "maxAnswer">,
  ) {
    this.status = incoming.statusCode ?? 0;
    this.url = url.href;
    this.body = limited(decoded(body, incoming.headers["content-encoding"]), name, maxAnswer);
    this.#limit = new AnswerLimit(name, maxAnswer);
    this.#incoming = incoming;
  }

  get isSuccess(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** Names in small letters. */
  get headers(): Readonly<Record<string, string>> {
    return this.#incoming.headers as Record<string, string>;
  }

  /** @param name in small letters */
  header(name: string): string | null {
    return this.headers[name] ?? null;
  }

  /** The header `content-type` without its parameters, for messages. */
  get contentType(): string {
    return this.header("content-type")?.split(";")[0] ?? "no content type";
  }

  /** @param onPiece called for each piece that comes @throws AppError `flooded` */
  async text(onPiece: () => void = () => {}): Promise<string> {
    const pieces: Buffer[] = [];
    const weight = new BodyWeight();
    for await (const piece of this.body) {
      onPiece();
      this.#limit.bytes(weight.of(piece));
      pieces.push(piece);
    }
    return Buffer.concat(pieces).toString("utf8");
  }

  /** As much of a refusal's body as comes; that it breaks off or never ends does not hide the refusal. */
  async refusal(): Promise<string> {
    const pieces: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => this.#incoming.destroy(new Error("It takes too long.")), refusalTimeout);
    try {
      for await (const piece of this.body) {
        pieces.push(piece);
        size += piece.length;
        if (size >= maxRefusal) break;
      }
    } catch {
      // What came is quoted.
    }
    clearTimeout(timer);
    return Buffer.concat(pieces).subarray(0, maxRefusal).toString("utf8");
  }
}
