import { expect, test } from "vitest";
import { findProxy, proxyFor } from "../../../src/providers/http/proxy.ts";

test.each([
  ["ftp://me:s3cret@proxy.example:3128", "ftp://\u2026@proxy.example:3128"],
  ["http://me:s3cret/more@proxy.example:3128", "http://\u2026@proxy.example:3128"],
  ["http://me:s3%cret@proxy.example", "http://\u2026@proxy.example"],
  ["http://me:s3cret@", "http://\u2026"],
  ["me:s3cret@:", "\u2026"],
  ["me:s3cret@pro xy", "\u2026"],
  ["ftp://proxy.example", "ftp://proxy.example"],
])("of the mistaken proxy %s only %s is shown", (value, shown) => {
  const variables = { HTTPS_PROXY: value };
  expect(() => findProxy("https://api.deepseek.com", variables)).toThrow(
    expect.objectContaining({
      code: "bad_value",
      details: expect.objectContaining({ name: "HTTPS_PROXY", value: shown }) as object,
    }) as Error,
  );
  expect(proxyFor("https://api.deepseek.com", variables) ?? "").not.toContain("s3");
});
