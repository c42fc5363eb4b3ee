/** The first bytes that are not blank, and the body with them still in it. */
export async function peek(body: AsyncIterable<Buffer>): Promise<{ first: string; body: AsyncIterable<Buffer> }> {
  const iterator = body[Symbol.asyncIterator]();
  const read: Buffer[] = [];
  let first = "";
  while (first.length < 8) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    // Blank lines are signs of life while the request waits; only the last of them is kept.
    if (first === "") read.length = 0;
    read.push(value);
    first = Buffer.concat(read)
      .subarray(0, 1024)
      .toString("utf8")
      .replace(/^\uFEFF/u, "")
      .trimStart();
  }
  return { first, body: rejoined(read, iterator) };
}

async function* rejoined(read: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* read;
    while (true) {
      const { value, done } = await rest.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    await rest.return?.();
  }
}

/** The whole body. */
export async function wholeBody(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}
