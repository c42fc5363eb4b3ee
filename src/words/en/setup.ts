/** Words of `setup`. */
export const setup = {
  intro: "Whom do you want to ask?",
  provider: {
    deepseek: "DeepSeek (api.deepseek.com), with a key from platform.deepseek.com",
    siliconflow: "SiliconFlow, China (api.siliconflow.cn), with a key from cloud.siliconflow.cn",
    "siliconflow-com": "SiliconFlow, international (api.siliconflow.com), with a key from cloud.siliconflow.com",
  },
  local: ({ name, models }: { name: string; models: number }) =>
    `${name}, running on this machine (${models} ${models === 1 ? "model" : "models"})`,
  demo: "No key yet: a short guided tour without any model",
  key: ({ provider }: { provider: string }) => `API key of ${provider} (it is not shown)`,
  checking: "Checking the key",
  accepted: ({ models }: { models: number }) => `The key works; the provider offers ${models} models.`,
  balance: ({ balance }: { balance: string }) => `Balance: ${balance}`,
  empty: "The account has no balance: top it up before you ask.",
  again: "Another key?",
  keepUnchecked: "The key could not be checked. Store it all the same?",
  model: "Which model?",
  inKeyring: ({ keyring }: { keyring: string }) => `Stored in the system keyring (${keyring}).`,
  keyringFailed: ({ keyring, reason }: { keyring: string; reason: string }) =>
    `The system keyring (${keyring}) did not take it (${reason}), so it goes to a file.`,
  /** Where a key comes from that was just typed. */
  typed: "your input",
  malformed: "That has characters that no key has (blanks, quotes or others). Copy the key alone.",
  stored: ({ path }: { path: string }) => `Stored in ${path}, readable by you alone.`,
  settled: ({ provider, model, path }: { provider: string; model: string; path: string }) =>
    `${provider} with ${model} is the default from now on (${path}).`,
};
