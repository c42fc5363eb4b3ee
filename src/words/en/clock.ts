/** What a service's refusal tells of this machine's clock. */
export const clock = {
  off: ({ host, seconds, isCorrected }: { host: string; seconds: number; isCorrected: boolean }) =>
    `This machine's clock is ${span(Math.abs(seconds))} ${seconds > 0 ? "behind" : "ahead of"} that of ${host}. ${
      isCorrected
        ? "Requests are signed by the service's clock until the program ends; set yours right."
        : "That is too much to be believed: requests are signed by this machine's clock."
    }`,
};

function span(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
