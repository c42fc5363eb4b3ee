import { createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { certificates } from "../support/certificates.ts";
import { newPlace, type Place, put, type Run, run, start, transcriptsOf } from "../support/program.ts";
import { httpProxy } from "../support/proxies.ts";
import { type Reply, serve } from "../support/raw-server.ts";
import { frame, serveFrames } from "../support/socket-frames.ts";
import { serveSockets } from "../support/web-socket-server.ts";
import { answer as streamed, counted, event } from "../support/wire.ts";
import { en } from "../support/words.ts";

const key = "gateway-key-0123456789";

/** A place whose config file has a provider `gateway` with these rows of its wire, and more behind it. */
function placeWith(url: string, wire: string, more = ""): Place {
  const place = newPlace();
  const entry = `providers:\n  gateway:\n    base_url: ${url}\n    model: m\n    key_variable: GATEWAY_KEY\n    wire:\n`;
  put(place.configFile, `${entry}${wire.replace(/^/gmu, "      ")}\n${more}`);
  return place;
}

interface Asked extends Run {
  readonly object: Readonly<Record<string, unknown>> & { readonly error: { readonly code: string } | null };
}

async function ask(place: Place, ...flags: readonly string[]): Promise<Asked> {
  const env = { GATEWAY_KEY: key };
  const finished = await run(["ask", "-p", "gateway", "-o", "json", "--retries", "0", ...flags, "q"], { place, env });
  return { ...finished, object: JSON.parse(finished.stdout) as Asked["object"] };
}

const json = (value: unknown): Reply => ({
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

const enveloped = `type: envelope
path: /chat?model=\${model}
request:
  header: {app: "\${APP:-demo}", request_id: "\${id}"}
  body: {service: chat, parameters: {model: "\${model}", messages: "\${messages}", temperature: "\${temperature}", stream: "\${stream}"}}
answer:
  text: [/data/delta, /data/content]
  reasoning: /data/thought
  finish_reason: /data/finish
  usage: {prompt_tokens: /data/usage/in, completion_tokens: /data/usage/out}
  ok: {/status: [0, 200, success]}
  error: {message: /message, code: /status, statuses: {"10429": 429}}`;

describe.concurrent("an envelope", () => {
  test("is built of a template, and its answer read whole", async () => {
    const data = { content: "Hello", thought: "hm", finish: "stop", usage: { in: 3, out: "5" } };
    await using server = await serve([json({ status: 0, message: "ok", data })]);
    const { object } = await ask(placeWith(`${server.url}/api`, enveloped), "-T", "0.5", "-m", "m/1");
    expect(object).toMatchObject({ answer: "Hello", reasoning: "hm", complete: true, error: null });
    expect(object["usage"]).toMatchObject({ prompt_tokens: 3, completion_tokens: 5 });
    expect(server.requests[0]).toMatchObject({ method: "POST", path: "/api/chat?model=m%2F1" });
    expect(server.requests[0]!.headers.authorization).toBe(`Bearer ${key}`);
    const messages = [{ role: "user", content: "q" }];
    expect(server.body()).toEqual({
      header: { app: "demo", request_id: expect.stringMatching(/^[\da-f-]{36}$/u) as string },
      body: { service: "chat", parameters: { model: "m/1", messages, temperature: 0.5, stream: true } },
    });
  });

  test("says of an answer of another form what came, and which row reads it", async () => {
    await using server = await serve([json({ result: { text: `Hello ${key}` } })]);
    const wrong = placeWith(server.url, enveloped);
    const { object } = await ask(wrong);
    const details = {
      provider: "gateway",
      expected: "/data/delta, /data/content",
      came: '{"result":{"text":"Hello [key]"}}',
      row: "wire.answer.text: /result/text",
    };
    const { what, next } = en.errors.unexpected_shape(details);
    expect(object.error).toMatchObject({ code: "unexpected_shape", message: `${what} ${next}` });
    const better = enveloped.replace("text: [/data/delta, /data/content]", "text: /result/text");
    expect((await ask(placeWith(server.url, better))).object["answer"]).toBe("Hello [key]");
  });

  test("names an unknown variable, with its line, before anything is asked", async () => {
    await using server = await serve([json({})]);
    const { code, stderr } = await run(["ask", "-p", "gateway", "q"], {
      place: placeWith(server.url, enveloped.replace("${APP:-demo}", "${modle}")),
    });
    expect(code).toBe(3);
    expect(stderr).toContain(
      'line 10: invalid providers.gateway.wire.request.header.app: "${modle}" (expected ${model})',
    );
    expect(server.requests).toHaveLength(0);
  });

  test("may want the conversation as one text, also of an answer that is continued", async () => {
    await using server = await serve([
      { body: [event({ text: "one two" })], end: "cut" },
      { body: [event({ text: " three" }), event("[DONE]")] },
    ]);
    const place = placeWith(server.url, 'type: envelope\nrequest: {prompt: "${prompt}"}\nanswer: {text: /text}');
    const { object } = await ask(place, "--retries", "1", "-s", "Be brief.");
    expect(object).toMatchObject({ answer: "one two three", complete: true });
    expect(server.body(0)).toEqual({ prompt: "System: Be brief.\n\nUser: q\n\nAssistant:" });
    expect(server.body(1)["prompt"]).toMatch(
      /^System: Be brief\.\n\nUser: q\n\nAssistant: one two\n\nUser: .+\n\nAssistant:$/su,
    );
  });
});

const asDelta = `type: websocket
auth: {message: {type: auth, api_key: "\${key}"}, reply: {/type: auth_success}}
request: {type: request, model: "\${model}", messages: "\${messages}"}
answer:
  text: {at: /content, when: {/type: delta}}
  error: {when: {/type: error}, message: /message}
  end: {/type: done}`;
const asPrompt = `type: websocket
request: {model: "\${model}", prompt: "\${prompt}", stream: "\${stream}"}
answer: {text: /content}`;
const asSpark = `type: websocket
request:
  header: {app_id: "4f2a", uid: "\${id}"}
  parameter: {chat: {domain: "\${model}", temperature: "\${temperature}", max_tokens: "\${max_tokens}"}}
  payload: {message: {text: "\${messages}"}}
answer:
  text: /payload/choices/text/0/content
  reasoning: /payload/choices/text/0/reasoning_content
  usage: /payload/usage/text
  ok: {/header/code: 0}
  error: {message: /header/message, code: /header/code, statuses: {"11202": 429, "10907": 400}}
  end: {/header/status: 2}`;

describe.concurrent("a WebSocket", () => {
  test("of the form auth, request, delta", async () => {
    await using server = await serveSockets(async ({ next, send }) => {
      expect(await next()).toEqual({ type: "auth", api_key: key });
      send({ type: "auth_success" });
      await next();
      send({ type: "delta", content: "Hello, " }, { type: "delta", content: "\u4e16\u754c" }, { type: "done" });
    });
    const { object } = await ask(placeWith(server.url, asDelta));
    expect(object).toMatchObject({ answer: "Hello, \u4e16\u754c", complete: true, error: null });
    expect(server.messages[1]).toEqual({ type: "request", model: "m", messages: [{ role: "user", content: "q" }] });
  });

  test("of the form prompt, content, which ends with the connection", async () => {
    await using server = await serveSockets(async ({ next, send, socket }) => {
      expect(await next()).toEqual({ model: "m", prompt: "q", stream: true });
      send({ content: "Hello" }, { content: "!" });
      socket.close();
    });
    expect((await ask(placeWith(server.url, asPrompt))).object).toMatchObject({ answer: "Hello!", complete: true });
  });

  test("of Spark's form", async () => {
    const usage = { prompt_tokens: 4, completion_tokens: 6, total_tokens: 10 };
    const part = (status: number, text: object, more?: object) => ({
      header: { code: 0, message: "Success", sid: "cht", status },
      payload: { choices: { status, seq: status, text: [{ role: "assistant", index: 0, ...text }] }, ...more },
    });
    await using server = await serveSockets(async ({ next, send, index }) => {
      await next();
      if (index > 0) return send({ header: { code: 11202, message: "AppIdQpsOverFlowError", sid: "x", status: 2 } });
      send(
        part(0, { content: "", reasoning_content: "hm" }),
        part(1, { content: "Hel" }),
        part(2, { content: "lo" }, { usage: { text: usage } }),
      );
    });
    const place = placeWith(server.url, asSpark);
    const { object } = await ask(place);
    expect(object).toMatchObject({ answer: "Hello", reasoning: "hm", usage, complete: true });
    expect(server.messages[0]).toMatchObject({
      parameter: { chat: { domain: "m" } },
      payload: { message: { text: [{ content: "q" }] } },
    });
    expect((await ask(place)).object.error?.code).toBe("rate_limited");
  });

  test("is signed as every request is, in its URL and its first message, also by the service's clock", async () => {
    const ahead = 2 * 3_600_000;
    const now = () => new Date(Date.now() + ahead);
    const signatureOf = (host: string, date: string) =>
      createHmac("sha256", "app-secret-0123")
        .update(`host: ${host}\ndate: ${date}\nGET /v4.0/chat HTTP/1.1`)
        .digest("base64");
    const refuse = ({ url = "", headers: { host = "" } }: IncomingMessage) => {
      const { searchParams } = new URL(url, "ws://service");
      const date = searchParams.get("date") ?? "";
      const isSigned = searchParams.get("authorization") === signatureOf(host, date);
      return isSigned && Math.abs(Date.parse(date) - now().getTime()) < 300_000
        ? null
        : ([401, { date: now().toUTCString() }] as const);
    };
    await using server = await serveSockets(({ send }) => send({ content: "Hello" }, { end: true }), { refuse });
    const auth = `    auth:
      type: hmac
      secrets: {secret: APP_SECRET}
      sign: "host: \${host}\\ndate: \${date}\\n\${method} \${path} HTTP/1.1"
      query: {authorization: "\${signature}", date: "\${date}"}
      body: {header: {sign: "\${signature}"}}`;
    const wire =
      'type: websocket\npath: /v4.0/chat\nrequest: {header: {app: a}, text: "${question}"}\nanswer: {text: /content, end: {/end: true}}';
    const place = placeWith(server.url, wire, auth);
    const { stdout } = await run(["ask", "-p", "gateway", "--retries", "0", "q"], {
      place,
      env: { APP_SECRET: "app-secret-0123" },
    });
    expect(stdout).toBe("Hello\n");
    const { url, headers } = server.opened[0]!;
    const signature = signatureOf(headers.host!, new URL(url, "ws://service").searchParams.get("date")!);
    expect(server.messages).toEqual([{ header: { app: "a", sign: signature }, text: "q" }]);
  });

  test("cut in the middle of an answer is continued, and retried where nothing had come", async () => {
    await using server = await serveSockets(async ({ next, send, socket, index }) => {
      await next();
      if (index === 0) return socket.terminate();
      send({ type: "auth_success" });
      await next();
      if (index === 1) {
        send({ type: "delta", content: "It was the best of times, it was" });
        return socket.close(1011, "upstream gone");
      }
      send({ type: "delta", content: "it was the worst of times." }, { type: "done" });
    });
    const { object, place } = await ask(placeWith(server.url, asDelta), "--retries", "1");
    expect(object).toMatchObject({ answer: "It was the best of times, it was the worst of times.", complete: true });
    const [, , , , last] = server.messages;
    expect(last).toMatchObject({
      messages: [
        { content: "q" },
        { role: "assistant", content: "It was the best of times, it was" },
        { role: "user" },
      ],
    });
    expect(transcriptsOf(place)[0]).toContain("It was the best of times, it was the worst of times.\n");
  });

  test("has the same transcript as a stream of events, byte for byte", async () => {
    const parts = Array.from({ length: 400 }, (_, index) => `**${index}** \u4e16\u754c\u{1f600}\r\n\t`).concat("end");
    await using sockets = await serveFrames(({ socket }) => {
      socket.write(Buffer.concat(parts.map((content) => frame(JSON.stringify({ type: "delta", content })))));
      socket.write(frame(JSON.stringify({ type: "done", usage: counted })));
    });
    await using events = await serve([streamed(...parts)]);
    const wire = asDelta.replace(/^auth:.*\n/mu, "").replace("end:", "usage: /usage\n  end:");
    const [overSocket, overEvents] = await Promise.all([
      ask(placeWith(sockets.url, wire)),
      ask(placeWith(`${events.url}/v1`, "openai")),
    ]);
    // Ids, and when it was and how long it took.
    const untimed = ({ place }: Asked) =>
      transcriptsOf(place)[0]!.replaceAll(
        /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\s"]*|(?<="\w+_ms":)\d+|(?<="id":")[^"]*/gu,
        "-",
      );
    expect(untimed(overSocket)).toBe(untimed(overEvents));
  });

  test("over TLS goes through the proxy that holds for https, and trusts the same authorities", async () => {
    const { good } = await certificates();
    await using server = await serveSockets(({ send }) => send({ content: "Hello" }), { tls: good });
    const { port } = new URL(server.url);
    await using proxy = await httpProxy({ port: Number(port) });
    const place = placeWith(
      "wss://service.test",
      asPrompt.replace("text: /content", "text: /content, end: {/content: Hello}"),
    );
    put(`${place.home}/ca.pem`, good.ca);
    const asked = async (env: Record<string, string>) =>
      JSON.parse(
        (
          await run(["ask", "-p", "gateway", "-o", "json", "--retries", "0", "q"], {
            place,
            env: { GATEWAY_KEY: key, HTTPS_PROXY: proxy.url, ...env },
          })
        ).stdout,
      ) as Asked["object"];
    expect(await asked({ SSL_CERT_FILE: `${place.home}/ca.pem` })).toMatchObject({ answer: "Hello", complete: true });
    expect(proxy.targets).toEqual(["service.test:443"]);
    expect((await asked({})).error).toMatchObject({ code: "no_connection" });
    expect(server.opened).toHaveLength(1);
  });

  test("takes over from another provider, and is taken over from, in the middle of an answer", async () => {
    await using sockets = await serveSockets(async ({ next, send, socket, index }) => {
      await next();
      send({ content: index === 0 ? "one " : " three" });
      if (index === 0) socket.terminate();
      else socket.close(1000);
    });
    await using events = await serve([
      streamed("two"),
      { body: [streamed("one ").body as never].flat().slice(0, 1), end: "cut" },
    ]);
    const other = `  other:\n    base_url: ${events.url}/v1\n    model: o\nfailover:\n  gateway/m: [other/o]\n  other/o: [gateway/m]\n`;
    const place = placeWith(sockets.url, asPrompt, other);
    const { object } = await ask(place);
    expect(object).toMatchObject({ answer: "one two", complete: true });
    const back = await run(["ask", "-p", "other", "-o", "json", "--retries", "0", "q"], {
      place,
      env: { GATEWAY_KEY: key },
    });
    expect(JSON.parse(back.stdout)).toMatchObject({ answer: "one  three", complete: true });
  });

  test.skipIf(process.platform === "win32")("is closed at once by Ctrl-C, and what came is kept", async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await serveSockets(({ send, socket }) => {
      socket.once("close", () => closed.resolve());
      send({ content: "half of it" });
    });
    const running = start(["ask", "-p", "gateway", "q"], {
      place: placeWith(server.url, asPrompt),
      env: { GATEWAY_KEY: key },
    });
    await running.until(({ stdout }) => stdout === "half of it");
    running.kill("SIGINT");
    const { code, place } = await running.done;
    expect(code).toBe(130);
    expect(transcriptsOf(place)[0]).toMatch(/Answer:\nhalf of it\n/u);
    await closed.promise;
  });

  test("never takes the key over plain ws beyond this machine", async () => {
    const place = placeWith("ws://gateway.example", asPrompt);
    const { code, stderr } = await run(["ask", "-p", "gateway", "q"], { place, env: { GATEWAY_KEY: key } });
    const { what } = en.errors.insecure_endpoint({ provider: "gateway", url: "http://gateway.example" });
    expect({ code, said: stderr.includes(what) }).toEqual({ code: 3, said: true });
  });
});
