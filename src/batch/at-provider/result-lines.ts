/** Bytes of a line of results that is still read: many times the longest answer of any model. */
const maxResultLine = 32 * 1024 * 1024;

/**
 * The lines of a file, without blank ones.
 *
 * @param max bytes of a line; longer ones are passed over
 * @returns null for a line that is too long
 */
export async function* resultLines(
  body: AsyncIterable<Uint8Array>,
  max = maxResultLine,
): AsyncGenerator<string | null> {
  let held: Uint8Array[] = [];
  let length = 0;
  const take = () => {
    const line =
      length > max
        ? null
        : Buffer.concat(held)
            .toString("utf8")
            .replace(/^\uFEFF/u, "")
            .trim();
    [held, length] = [[], 0];
    return line;
  };
  const add = (piece: Uint8Array) => {
    length += piece.length;
    if (length > max) held = [];
    else if (piece.length > 0) held.push(piece);
  };
  for await (const bytes of body) {
    let from = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
      add(bytes.subarray(from, end));
      from = end + 1;
      const line = take();
      if (line !== "") yield line;
    }
    add(bytes.subarray(from));
  }
  const last = take();
  if (last !== "") yield last;
}
