import { describe, expect, test } from "vitest";
import { findProxy, proxyFor } from "../../../src/providers/http/proxy.ts";

const proxy = "http://127.0.0.1:3128";

describe("the proxy for an address", () => {
  test.each([
    ["https://api.deepseek.com", { HTTPS_PROXY: proxy }, proxy],
    ["https://api.deepseek.com", { https_proxy: proxy, HTTPS_PROXY: "http://other:1" }, proxy],
    ["https://api.deepseek.com", { HTTP_PROXY: proxy }, null],
    ["http://127.0.0.1:11434", { HTTPS_PROXY: proxy }, null],
    ["https://api.deepseek.com", { ALL_PROXY: "socks5://127.0.0.1:1080" }, "socks5://127.0.0.1:1080"],
    ["https://api.deepseek.com", { HTTPS_PROXY: "", ALL_PROXY: proxy }, proxy],
    ["https://api.deepseek.com", { HTTPS_PROXY: "127.0.0.1:3128" }, proxy],
    ["https://api.deepseek.com", {}, null],
    ["https://localhost:8443", { HTTPS_PROXY: proxy }, null],
    ["http://LOCALHOST.:1", { HTTP_PROXY: proxy }, null],
    ["http://a.b.localhost", { HTTP_PROXY: proxy }, null],
    ["http://0.0.0.0:11434", { HTTP_PROXY: proxy }, null],
    ["http://[::]:11434", { HTTP_PROXY: proxy }, null],
    ["http://127.255.0.1", { HTTP_PROXY: proxy, NO_PROXY: "example.com" }, null],
    ["http://2130706433", { HTTP_PROXY: proxy }, null],
    ["http://0x7f.1", { HTTP_PROXY: proxy }, null],
    ["http://[::1]:8080", { ALL_PROXY: proxy }, null],
    ["http://[::ffff:127.0.0.1]", { HTTP_PROXY: proxy }, null],
    ["http://notlocalhost", { HTTP_PROXY: proxy }, proxy],
    ["http://localhost.example", { HTTP_PROXY: proxy }, proxy],
    ["http://128.0.0.1", { HTTP_PROXY: proxy }, proxy],
    ["http://[::2]", { HTTP_PROXY: proxy }, proxy],
  ])("%s with %o is %s", (url, variables, expected) => {
    expect(findProxy(url, variables)?.href.replace(/\/$/u, "") ?? null).toBe(expected);
  });

  test.each([
    ["https://api.deepseek.com", "*"],
    ["https://api.deepseek.com", "api.deepseek.com"],
    ["https://api.deepseek.com", "deepseek.com"],
    ["https://api.deepseek.com", ".deepseek.com"],
    ["https://api.deepseek.com", "*.deepseek.com"],
    ["https://api.deepseek.com", "example.com, DEEPSEEK.com"],
    ["https://api.deepseek.com", "example.com deepseek.com:443"],
    ["https://api.deepseek.com:8443", "deepseek.com:8443"],
    ["https://10.1.2.3", "10.0.0.0/8"],
    ["https://10.1.2.3", "10.1.2.1-10.1.2.9"],
    ["https://[::1]:8000", "::1"],
    ["https://[fd00::7]", "fd00::/8"],
    ["https://[fd00::7]:8443", "[fd00::7]:8443"],
    ["https://api.deepseek.com", "https://api.deepseek.com/"],
    ["https://api.deepseek.com.", "deepseek.com"],
    ["https://api.deepseek.com", "deepseek.com."],
  ])("%s is none where NO_PROXY is %s", (url, exceptions) => {
    expect(findProxy(url, { HTTPS_PROXY: proxy, NO_PROXY: exceptions })).toBeNull();
    expect(findProxy(url, { HTTPS_PROXY: proxy, no_proxy: exceptions })).toBeNull();
  });

  test.each([
    ["https://api.deepseek.com", "seek.com"],
    ["https://api.deepseek.com", "deepseek.com:8443"],
    ["https://api.deepseek.com", "api.deepseek.com.example.com"],
    ["https://11.1.2.3", "10.0.0.0/8"],
    ["https://10.1.2.3", "10.0.0.0/99"],
    ["https://110.1.2.3", "10.1.2.3"],
    ["https://api.deepseek.com", ", ,"],
  ])("%s stays where NO_PROXY is %s", (url, exceptions) => {
    expect(findProxy(url, { HTTPS_PROXY: proxy, NO_PROXY: exceptions })).not.toBeNull();
  });

  test("is named without its password", () => {
    const variables = { HTTPS_PROXY: "http://someone:secret@proxy.example.com:3128" };
    expect(proxyFor("https://api.deepseek.com", variables)).toBe("proxy.example.com:3128");
  });
});
