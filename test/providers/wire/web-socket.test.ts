import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { ChatEvent } from "../../../src/chat/events.ts";
import { userMessage } from "../../../src/chat/message-text.ts";
import type { AppError } from "../../../src/errors.ts";
import type { WebSocketConfig } from "../../../src/config/wire-schema.ts";
import { findProvider } from "../../../src/providers/catalogue.ts";
import type { Connection } from "../../../src/providers/connection.ts";
import { closeAgents } from "../../../src/providers/http/agents.ts";
import { createTransport, type Transport } from "../../../src/providers/http/transport.ts";
import { chatModel } from "../../../src/providers/wire/chat-completions.ts";
import { closeFrame, frame, serveFrames } from "../../support/socket-frames.ts";
import { head, listen } from "../../support/tcp.ts";
import { gather } from "../../support/transcripts.ts";
import { type Opened, serveSockets, type SocketServerOptions } from "../../support/web-socket-server.ts";
import { connection } from "./connection.ts";

const wire: WebSocketConfig = {
  type: "websocket",
  request: { model: "${model}", prompt: "${prompt}", stream: "${stream}" },
  answer: {
    text: { at: "/content", when: { "/type": "delta" } },
    reasoning: { at: "/content", when: { "/type": "thinking" } },
    usage: { prompt_tokens: "/usage/input", completion_tokens: "/usage/output" },
    error: { when: { "/type": "error" }, message: "/message", code: "/code", statuses: { "4001": 401, busy: 429 } },
    end: { "/type": "done" },
  },
};

interface Asked extends Partial<Connection> {
  readonly url: string;
  readonly rows?: Partial<WebSocketConfig>;
  readonly signal?: AbortSignal;
}

/** The events of one answer; the last ones are its usage and its end. */
async function ask({ url, rows = {}, signal, ...more }: Asked): Promise<ChatEvent[]> {
  const transport: Transport = createTransport({});
  const provider = findProvider("gateway", { gateway: { base_url: url, wire: { ...wire, ...rows } } });
  const model = chatModel({ ...connection, ...provider, transport, idleTimeout: 10_000, ...more });
  const request = { model: "m", messages: [userMessage("q")], sampling: {}, thinking: null, stream: true };
  try {
    return await gather(model(request, signal ?? new AbortController().signal));
  } finally {
    closeAgents(transport);
  }
}

async function answered(
  handler: (opened: Opened) => Promise<void> | void,
  more: Omit<Asked, "url"> & { readonly server?: SocketServerOptions } = {},
): Promise<ChatEvent[]> {
  await using server = await serveSockets(handler, more.server);
  return await ask({ url: server.url, ...more });
}

async function framed(write: (socket: Socket) => unknown, more: Omit<Asked, "url"> = {}): Promise<ChatEvent[]> {
  await using server = await serveFrames(({ socket }) => write(socket));
  return await ask({ url: server.url.replace("http", "ws"), ...more });
}

const textOf = (events: readonly ChatEvent[]) =>
  events.map((event) => (event.type === "text" ? event.text : "")).join("");

/** Code and facts of the error that ended an answer. */
function failureOf(events: readonly ChatEvent[]): Pick<AppError, "code" | "details"> | null {
  const last = events.at(-1);
  if (last?.type !== "error") return null;
  const { code, details } = last.error;
  return { code, details };
}

const delta = (content: string) => ({ type: "delta", content });
const done = { type: "done", usage: { input: 3, output: 5 } };
const json = (value: unknown) => JSON.stringify(value);

/** Bytes in so many pieces of about the same size. */
function cut(bytes: Buffer, count: number): Buffer[] {
  const at = (index: number) => Math.floor((bytes.length * index) / count);
  return Array.from({ length: count }, (_, index) => bytes.subarray(at(index), at(index + 1)));
}

describe.concurrent("an answer over a WebSocket", () => {
  test("is its text, thinking and usage, and the WebSocket is closed behind it", async () => {
    const closed = Promise.withResolvers<number>();
    await using server = await serveSockets(async ({ next, send, socket }) => {
      socket.once("close", (code) => closed.resolve(code));
      expect(await next()).toEqual({ model: "m", prompt: "q", stream: true });
      send({ type: "thinking", content: "hm" }, delta("a"), { type: "pong" }, delta("b"), done);
    });
    const events = await ask({ url: server.url });
    expect(textOf(events)).toBe("ab");
    expect(events.filter(({ type }) => type !== "text")).toMatchObject([
      { type: "start" },
      { type: "reasoning", text: "hm" },
      { type: "usage", usage: { promptTokens: 3, completionTokens: 5, totalTokens: 8 } },
      { type: "finish", reason: "stop" },
    ]);
    expect(await closed.promise).toBe(1000);
  });

  test("ends with the WebSocket where the rows know no other end", async () => {
    const answer = { text: "/content" };
    const events = await answered(
      ({ send, socket }) => {
        send({ content: "a" }, { content: "b" });
        socket.close(1000);
      },
      { rows: { answer } },
    );
    expect(textOf(events)).toBe("ab");
    expect(events.at(-1)).toEqual({ type: "finish", reason: "stop" });
  });

  const whole = `a${"\u4e2d".repeat(9_998)}\u{1f600}`;
  const message = Buffer.from(json(delta(whole)));
  const end = frame(json(done));
  const framesOf = (...texts: readonly string[]) => [Buffer.concat(texts.map((text) => frame(json(delta(text)))))];

  test.each<[string, readonly Buffer[]]>([
    ["in 10,000 frames of one piece", framesOf(...Array.from(whole))],
    ["in one frame of 10,000 pieces", cut(frame(message), 10_000)],
    [
      "in 10,000 fragments",
      [
        Buffer.concat(
          cut(message, 10_000).map((part, at, { length }) =>
            frame(part, { opcode: at === 0 ? 1 : 0, fin: at === length - 1 }),
          ),
        ),
      ],
    ],
    [
      "with a ping between fragments",
      [
        frame(message.subarray(0, 5000), { fin: false }),
        frame("here?", { opcode: 9 }),
        frame(message.subarray(5000), { opcode: 0 }),
      ],
    ],
    ["with a character split between frames", framesOf(whole.slice(0, -1), whole.slice(-1))],
    ["as binary frames of JSON", [frame(message, { opcode: 2 })]],
  ])("is read %s", async (_, pieces) => {
    const events = await framed((socket) => {
      for (const piece of pieces) socket.write(piece);
      // Nor does it matter what becomes of the connection behind the end mark.
      socket.end(end);
    });
    expect({ failure: failureOf(events), text: textOf(events) }).toEqual({ failure: null, text: whole });
  });

  test("is read from compressed frames", async () => {
    const text = "compressed ".repeat(1000);
    let extensions = "";
    const events = await answered(
      ({ send, socket }) => {
        ({ extensions } = socket);
        send(delta(text), done);
      },
      { server: { compressed: true } },
    );
    expect({ extensions, text: textOf(events) }).toEqual({ extensions: "permessage-deflate", text });
  });

  test("has no key in it, however it is cut", async () => {
    const key = connection.key!;
    const events = await answered(({ send }) => send(delta(`a ${key.slice(0, 9)}`), delta(`${key.slice(9)} b`), done));
    expect(textOf(events)).toBe("a [key] b");
  });
});

describe.concurrent("a WebSocket that fails", () => {
  const said = (value: unknown) => frame(json(value));

  test.each<[string, string, Buffer | null]>([
    ["closed in order before the end mark", "incomplete_answer", closeFrame(1000)],
    ["closed without a code", "incomplete_answer", frame("", { opcode: 8 })],
    ["gone without a close frame", "stream_failed", null],
    ["closed as the server goes away (1001)", "stream_failed", closeFrame(1001)],
    ["closed for a policy (1008)", "forbidden", closeFrame(1008)],
    ["closed for a message too long (1009)", "request_refused", closeFrame(1009)],
    ["closed for a failure (1011)", "stream_failed", closeFrame(1011, "upstream")],
    ["closed with a status (4429)", "rate_limited", closeFrame(4429)],
    ["closed with a status (4401)", "key_rejected", closeFrame(4401)],
    ["closed with a code that the rows explain", "key_rejected", closeFrame(4001)],
    ["closed with words (4000)", "no_balance", closeFrame(4000, "insufficient balance")],
    ["an error in a frame", "stream_failed", said({ type: "error", message: "the model is overloaded" })],
    [
      "an error with a code that the rows explain",
      "rate_limited",
      said({ type: "error", code: "busy", message: "no" }),
    ],
    ["an error of another form", "key_rejected", said({ error: { message: "invalid api key" } })],
    ["a frame that is not UTF-8", "stream_failed", frame(Buffer.from([0x22, 0xff, 0x22]))],
    ["broken JSON", "stream_failed", frame('{"type": "del')],
    ["bytes that are no frames", "stream_failed", Buffer.from("HTTP/1.1 500 No\r\n\r\n")],
    ["a binary frame", "unexpected_shape", frame(Buffer.from([0, 1, 2, 3]), { opcode: 2 })],
    // Its length alone.
    ["a frame of 64 MB", "flooded", Buffer.from([0x81, 127, 0, 0, 0, 0, 4, 0, 0, 0])],
  ])("%s: %s", async (_, code, bytes) => {
    const events = await framed((socket) => {
      socket.write(frame(json(delta("half"))));
      if (bytes === null) socket.destroySoon();
      else socket.write(bytes);
    });
    expect(textOf(events)).toBe("half");
    expect(failureOf(events)?.code).toBe(code);
  });

  test("that never ends is given up after its bounds of text, and of frames with nothing in them", async () => {
    const flood = (content: unknown) => (socket: Socket) => {
      const frames = Buffer.concat(Array.from({ length: 100 }, () => frame(json(content))));
      const more = () => {
        while (!socket.destroyed && socket.write(frames));
      };
      socket.on("drain", more);
      more();
    };
    const bounds = { maxAnswer: 1024 * 1024 };
    const [text, nothing] = await Promise.all([
      framed(flood(delta("x".repeat(1000))), bounds),
      framed(flood({ type: "noise", noise: "x".repeat(1000) }), bounds),
    ]);
    expect([text, nothing].map((events) => failureOf(events)?.code)).toEqual(["flooded", "flooded"]);
  });

  test("that falls silent is given up, whatever pings come", async () => {
    const events = await answered(
      ({ send, socket }) => {
        send(delta("half"));
        const timer = setInterval(() => socket.ping(), 20);
        socket.once("close", () => clearInterval(timer));
      },
      { idleTimeout: 200 },
    );
    expect(failureOf(events)).toMatchObject({ code: "timeout", details: { seconds: 0.2 } });
  });

  test("sends pings where the rows say so", async () => {
    const pinged = Promise.withResolvers<void>();
    const events = await answered(
      async ({ send, socket }) => {
        socket.once("ping", () => pinged.resolve());
        await pinged.promise;
        send(delta("a"), done);
      },
      { rows: { ping: 0.01 } },
    );
    expect(textOf(events)).toBe("a");
  });
});

describe.concurrent("a WebSocket that is not opened", () => {
  const refusing = async (status: number, body: string, ...headers: string[]) => {
    await using server = await listen(({ socket }) => {
      socket.end(head(status, `content-length: ${Buffer.byteLength(body)}`, ...headers) + body);
    });
    return failureOf(await ask({ url: server.url }));
  };

  test.each<[number, string, string[], string]>([
    [401, '{"error":{"message":"no such key"}}', [], "key_rejected"],
    [403, "", [], "forbidden"],
    [429, "slow down", ["retry-after: 7"], "rate_limited"],
    [302, "", ["location: https://elsewhere.example/"], "redirected"],
    [503, "busy", [], "service_failed"],
    [404, "<html><title>Not found</title></html>", ["content-type: text/html"], "request_refused"],
    [200, "<html><title>Sign in</title></html>", ["content-type: text/html"], "not_a_stream"],
  ])("but answered with %i", async (status, body, headers, code) => {
    expect((await refusing(status, body, ...headers))?.code).toBe(code);
  });

  test("by a server of something else, or by none", async () => {
    await using server = await listen(({ socket }) => {
      socket.end(head("HTTP/1.1 101 Switching Protocols", "upgrade: websocket", "connection: Upgrade"));
    });
    expect(failureOf(await ask({ url: server.url }))?.code).toBe("no_connection");
    const { url } = server;
    await server[Symbol.asyncDispose]();
    expect(failureOf(await ask({ url }))).toMatchObject({ code: "no_connection", details: { cause: "not_running" } });
  });

  test("is given up at once when it is stopped", async () => {
    const stop = new AbortController();
    await using server = await listen(() => stop.abort());
    expect(failureOf(await ask({ url: server.url, signal: stop.signal }))?.code).toBe("interrupted");
  });
});

describe.concurrent("a message that says who asks", () => {
  const auth = { message: { type: "auth", token: "${key}" }, reply: { "/type": ["ready", "auth_ok"] } };

  test("goes first, and the request once it was taken", async () => {
    const events = await answered(
      async ({ next, send }) => {
        expect(await next()).toEqual({ type: "auth", token: connection.key });
        send({ type: "hello" }, { type: "auth_ok" });
        expect(await next()).toMatchObject({ prompt: "q" });
        send(delta("a"), done);
      },
      { rows: { auth } },
    );
    expect({ failure: failureOf(events), text: textOf(events) }).toEqual({ failure: null, text: "a" });
  });

  test("goes with the request where no reply is awaited", async () => {
    const events = await answered(
      async ({ next, send }) => {
        await next();
        await next();
        send(delta("a"), done);
      },
      { rows: { auth: { message: auth.message } } },
    );
    expect(textOf(events)).toBe("a");
  });

  test("may be refused", async () => {
    const events = await answered(({ send }) => send({ type: "error", message: "token expired" }), { rows: { auth } });
    expect(failureOf(events)?.code).toBe("key_rejected");
  });

  test("may get another reply, which is told", async () => {
    const events = await answered(
      ({ send, socket }) => {
        send({ type: "welcome", to: connection.key });
        socket.close(1000);
      },
      { rows: { auth } },
    );
    expect(failureOf(events)).toMatchObject({
      code: "unexpected_shape",
      details: { expected: '{"/type":["ready","auth_ok"]}', came: '{"type":"welcome","to":"[key]"}', row: null },
    });
  });
});

test("an answer of another form than the rows say is told, with the row that would read it", async () => {
  const events = await answered(({ send, socket }) => {
    send({ id: 7, choices: [{ message: "Hello", id: connection.key }] });
    socket.close(1000);
  });
  expect(failureOf(events)).toEqual({
    code: "unexpected_shape",
    details: {
      provider: "gateway",
      expected: "/content",
      came: '{"id":7,"choices":[{"message":"Hello","id":"[key]"}]}',
      row: "wire.answer.text: /choices/0/message",
    },
  });
});
