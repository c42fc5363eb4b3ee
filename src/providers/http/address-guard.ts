import { lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { AppError } from "../../errors.ts";
import { isLoopback } from "./loopback.ts";

/** Keeps requests for pages that somebody else named away from this machine and private networks. */
export interface AddressGuard {
  /**
   * Looks a name up, and refuses it where any of its addresses is not public. The connection is made to the very addresses that were
   * looked at: a name that leads elsewhere a moment later changes nothing.
   */
  readonly lookup: LookupFunction;
  /** For hosts that are an address, which Node does not look up. @throws AppError `url_unreadable` */
  readonly check: (url: URL) => void;
  /** For hosts that a proxy looks up: by what they are here. @throws AppError `url_unreadable` */
  readonly resolve: (url: URL, proxy: string) => Promise<void>;
}

/**
 * @param exceptions what may be reached nevertheless: host names, `*.domain`, addresses, ranges as `10.0.0.0/8`
 * @param resolver looks names up; default: the system
 */
export function addressGuard(
  exceptions: readonly string[],
  resolver: typeof systemLookup = systemLookup,
): AddressGuard {
  const mayReach = (host: string, address: string) =>
    isPublicAddress(address) || exceptions.some((entry) => isException(entry, host, address));
  const refuse = (host: string, address: string) =>
    new AppError("url_unreadable", { url: host, reason: "private", detail: address });
  const lookup: LookupFunction = (host, options, callback) => {
    resolver(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) return callback(error, "", 0);
      const closed = addresses.find(({ address }) => !mayReach(host, address));
      if (closed !== undefined) return callback(refuse(host, closed.address), "", 0);
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
  const check = ({ hostname }: URL) => {
    const host = bare(hostname);
    if (
      isIP(host) === 0
        ? isLoopback(host) && !exceptions.some((entry) => isException(entry, host, ""))
        : !mayReach(host, host)
    )
      throw refuse(host, host);
  };
  const resolve = async ({ hostname, href }: URL, proxy: string) => {
    const host = bare(hostname);
    if (isIP(host) !== 0 || exceptions.some((entry) => isException(entry, host, ""))) return;
    const { promise, resolve: done, reject } = Promise.withResolvers<undefined>();
    lookup(host, { all: true }, (error) => {
      if (error === null) done(undefined);
      else
        reject(
          error instanceof AppError
            ? error
            : new AppError("url_unreadable", { url: href, reason: "unresolved", detail: proxy }),
        );
    });
    await promise;
  };
  return { lookup, check, resolve };
}

/** Without brackets and the dot of a name that is complete. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$|\.$/gu, "").toLowerCase();
}

/** Azure's metadata service has an address that belongs to no private range (learn.microsoft.com, "What is 168.63.129.16"). */
const metadata: ReadonlySet<string> = new Set(["168.63.129.16"]);

/**
 * Whether an address is of the public internet, where anybody could ask. IPv4 addresses that stand in one of IPv6 (mapped, NAT64)
 * count as themselves; tunnels (6to4, Teredo) are not public.
 *
 * @param text an address of either version, without brackets
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  const range = address.range();
  if (address instanceof ipaddr.IPv4) return range === "unicast" && !metadata.has(address.toString());
  const { parts } = address;
  const isWellKnownNat64 = parts[0] === 0x64 && parts[1] === 0xff9b && parts.slice(2, 6).every((part) => part === 0);
  if (range === "ipv4Mapped" || isWellKnownNat64) return isPublicAddress(embedded(parts));
  // 2000::/3 is all that is assigned for global use (iana.org, "IPv6 Global Unicast Address Assignments").
  return range === "unicast" && parts[0]! >> 13 === 1;
}

/** The IPv4 address in the last 32 bits. */
function embedded(parts: readonly number[]): string {
  return parts
    .slice(6)
    .flatMap((part) => [part >> 8, part & 0xff])
    .join(".");
}

/** @param address empty where only the name is known */
function isException(entry: string, host: string, address: string): boolean {
  const name = bare(entry.trim());
  if (name === host || (name.startsWith("*.") && host.endsWith(name.slice(1)))) return true;
  if (address === "" || !ipaddr.isValid(address)) return false;
  const one = ipaddr.process(address);
  if (ipaddr.isValid(name)) return ipaddr.process(name).toString() === one.toString();
  if (!ipaddr.isValidCIDR(name)) return false;
  const [range, bits] = ipaddr.parseCIDR(name);
  return range.kind() === one.kind() && one.match(range, bits);
}
