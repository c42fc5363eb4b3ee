/** What programs need to run at all, to find others, and to know the person's language. */
const passed = /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_[A-Z]+|TERM|TMPDIR|SHELL)$/u;
/** Names are written in any case there. */
const passedOnWindows =
  /^(?:PATH|PATHEXT|HOME|USERNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES|SYSTEMDRIVE|SYSTEMROOT|WINDIR|COMSPEC|TEMP|TMP|PROCESSOR_ARCHITECTURE|LANG)$/iu;

/**
 * The environment for a tool or a server of tools: a short list of variables, never a key.
 *
 * @param given what its own entry in the config adds
 */
export function toolEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  given: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const pattern = process.platform === "win32" ? passedOnWindows : passed;
  const kept = Object.entries(variables).filter(
    (entry): entry is [string, string] => pattern.test(entry[0]) && entry[1] !== undefined,
  );
  return { ...Object.fromEntries(kept), ...given };
}
