import { access, constants } from "node:fs/promises";
import { systemReason } from "../errors.ts";
import { proxySchemes } from "../providers/http/proxy-schemes.ts";
import { type Check, fine } from "./check.ts";
import { type Problem, problem } from "./problems.ts";
import type { Reach } from "../providers/connectivity.ts";
import type { ProxyFacts } from "./subject.ts";

/** Milliseconds to the first byte of a short answer, above which something is in the way. */
const slow = 5_000;
/** Seconds by which a clock may be off before prices by the hour and the times of transcripts are wrong. */
const clockTolerance = 60;
const certificateDays = 14;

export const proxy: Check<"proxy"> = {
  id: "proxy",
  needs: ["provider"],
  look: async ({ proxy: facts }) => {
    const problems = [...unusable(facts), ...(await unreadable(facts.certificates))];
    if (facts.proxy === null && facts.certificates === null && problems.length === 0) return { skip: "no_proxy" };
    const { proxy: host, variable, certificates } = facts;
    return { facts: { proxy: host ?? "", variable: variable ?? "", certificates }, problems };
  },
};

function unusable({ proxy: host, variable, value }: ProxyFacts): Problem[] {
  if (variable === null || value === null) return [];
  const url = URL.parse(value.includes("://") ? value : `http://${value}`);
  if (url === null || url.hostname === "" || host === "?") return [problem("malformed_proxy", { variable })];
  const { protocol } = url;
  return proxySchemes.has(protocol)
    ? []
    : [problem("unsupported_proxy", { variable, scheme: protocol.replace(/:$/u, "") })];
}

async function unreadable(certificates: string | null): Promise<Problem[]> {
  if (certificates === null) return [];
  try {
    await access(certificates, constants.R_OK);
    return [];
  } catch (error) {
    return [problem("unreadable_certificates", { path: certificates, reason: systemReason(error) })];
  }
}

export const lookup: Check<"lookup"> = {
  id: "lookup",
  needs: ["provider", "proxy"],
  look: async (subject) => {
    const reached = await subject.reach();
    failAt("lookup", reached);
    return reached.lookup === null ? { skip: "is_address" } : fine(reached.lookup);
  },
};

export const connect: Check<"connect"> = {
  id: "connect",
  needs: ["lookup"],
  look: async (subject) => {
    const reached = await subject.reach();
    const { host, proxy, failure } = reached;
    if (failure?.stage === "connect" && proxy === null && isHere(host)) {
      const problems = [{ kind: "error", error: failure.error } as const, problem("not_running", { host })];
      return { facts: null, problems };
    }
    failAt("connect", reached);
    return fine({ host, proxy, address: reached.connect?.address ?? "", ms: reached.connect?.ms ?? 0 });
  },
};

export const tls: Check<"tls"> = {
  id: "tls",
  needs: ["connect"],
  look: async (subject) => {
    const reached = await subject.reach();
    failAt("tls", reached);
    if (reached.tls === null) return { skip: "no_tls" };
    const { protocol, issuer, validTo } = reached.tls;
    const days = Math.floor((validTo.getTime() - Date.now()) / 86_400_000);
    const facts = { protocol, issuer, validTo: validTo.toISOString(), days };
    return fine(facts, days < certificateDays && problem("certificate_ends", { days }));
  },
};

export const answer: Check<"answer"> = {
  id: "answer",
  needs: ["tls"],
  look: async (subject) => {
    const reached = await subject.reach();
    failAt("answer", reached);
    const { status, ms } = reached.answer!;
    return fine({ host: reached.host, status, ms }, ms > slow && problem("slow", { seconds: Math.round(ms / 1000) }));
  },
};

export const clock: Check<"clock"> = {
  id: "clock",
  needs: ["answer"],
  look: async (subject) => {
    const { date, at } = (await subject.reach()).answer!;
    if (date === null) return { skip: "no_clock" };
    // The header knows whole seconds; half of one is its middle.
    const seconds = Math.round((at.getTime() - date.getTime() - 500) / 1000);
    return fine({ seconds }, Math.abs(seconds) > clockTolerance && problem("clock_off", { seconds }));
  },
};

function isHere(host: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\]):/u.test(host);
}

function failAt(stage: "lookup" | "connect" | "tls" | "answer", { failure }: Reach): void {
  if (failure?.stage === stage) throw failure.error;
}
