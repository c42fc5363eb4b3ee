import { BlockList, isIP, type LookupFunction } from "node:net";

/**
 * Whether a host is this machine itself, in every form a URL may have it: `localhost` and names below it (RFC 6761), 127.0.0.0/8
 * and `::1`, also as an IPv4 address within an IPv6 one; and 0.0.0.0 and `::`, which servers listen at and systems connect to
 * themselves.
 *
 * @param host as `URL.hostname` gives it, brackets included
 */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$|\.$/gu, "").toLowerCase();
  const version = isIP(name);
  if (version === 0) return name === "localhost" || name.endsWith(".localhost");
  return ranges().check(name, version === 6 ? "ipv6" : "ipv4");
}

let made: BlockList | null = null;

/** Made when first asked for: `node:net` takes 3 ms to load, which `--help` does not need. */
function ranges(): BlockList {
  if (made !== null) return made;
  made = new BlockList();
  made.addSubnet("127.0.0.0", 8);
  made.addAddress("::1", "ipv6");
  made.addAddress("0.0.0.0");
  made.addAddress("::", "ipv6");
  return made;
}

/**
 * How such a name is looked up: names below `localhost` lead here and nowhere else, whatever a name server says, so that what
 * goes only to this machine does.
 *
 * @returns an option for a connection; nothing for other hosts, and for `localhost` itself, which every system knows, though not with a dot behind it
 */
export function lookupOf(host: string): { lookup?: LookupFunction } {
  return /\.localhost\.?$|^localhost\.$/iu.test(host) ? { lookup: here } : {};
}

const addresses = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

const here: LookupFunction = (_, { all }, callback) => {
  const [{ address, family }] = addresses as [(typeof addresses)[0]];
  process.nextTick(() => (all === true ? callback(null, addresses) : callback(null, address, family)));
};
