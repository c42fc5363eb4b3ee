import type { Tool } from "./tool.ts";
import { errorOutput, textOutput } from "./tool-output.ts";

/** The date and the time, here or in another time zone. */
export const currentTime: Tool = {
  definition: {
    name: "current_time",
    description: "The current date, time and weekday, in the person's time zone or another one.",
    parameters: {
      type: "object",
      properties: { timezone: { type: "string", description: "IANA name, e.g. Asia/Shanghai; default: the person's" } },
      additionalProperties: false,
    },
  },
  origin: { kind: "built-in", source: "", identity: "" },
  approval: "allow",
  describe: () => "",
  async run({ timezone }) {
    const { timeZone: own } = Intl.DateTimeFormat().resolvedOptions();
    const zone = typeof timezone === "string" && timezone !== "" ? timezone : own;
    try {
      return textOutput(`${timeIn(zone, new Date())} (${zone})`);
    } catch {
      return errorOutput(`Unknown time zone: ${zone}. Use an IANA name, e.g. Asia/Shanghai.`);
    }
  },
};

/** `Friday, 2026-11-27 12:30:05 GMT+08:00`. @throws RangeError for an unknown time zone */
function timeIn(timeZone: string, at: Date): string {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "long",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "longOffset",
  });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${part["weekday"]}, ${part["year"]}-${part["month"]}-${part["day"]} ${part["hour"]}:${part["minute"]}:${part["second"]} ${part["timeZoneName"]}`;
}
