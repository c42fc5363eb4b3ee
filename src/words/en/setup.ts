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
  own: ({ name, url }: { name: string; url: string }) => `${name} (${url}), of the config file`,
  another: "Another OpenAI-compatible service: address, key if it wants one, model",
  offerNew: ({ name, known }: { name: string; known: string }) =>
    `There is no provider called ${name} (known: ${known}). Add it as a new service?`,
  address: "Address of the service (base URL), e.g. https://api.example.com/v1",
  noAddress: "That is no address. Give https://host/v1, or http://127.0.0.1:8080 for a server on this machine.",
  isKey: "That looks like a key; it was not used. The key is asked for later.",
  looking: "Looking for its list of models",
  foundService: ({ url, models }: { url: string; models: number }) =>
    `${url} answers and offers ${models} ${models === 1 ? "model" : "models"}.`,
  noList: ({ url }: { url: string }) => `No list of models was found at ${url}.`,
  otherAddress: "Give another address",
  takeAddress: "Use this address all the same",
  name: "Name for it, as in --provider <name>",
  badName: "A name has letters, digits, - and _; no slash and no control characters.",
  nameTaken: ({ name }: { name: string }) => `There is a provider called ${name} already.`,
  needsKey: ({ name }: { name: string }) => `Does ${name} need an API key?`,
  modelName: "Model id, as the service calls it",
  notOffered: ({ provider, model }: { provider: string; model: string }) =>
    `${provider} does not list the model ${model}.`,
  added: ({ name, url, path }: { name: string; url: string; path: string }) =>
    `Added the provider ${name} at ${url} (${path}).`,
  nothingStored: "Nothing was stored.",
  key: ({ provider }: { provider: string }) => `API key of ${provider} (shown as *)`,
  noKey: "Paste the key; Ctrl-C quits.",
  checking: "Checking the key",
  accepted: ({ models }: { models: number }) =>
    `The key works; the provider offers ${models} ${models === 1 ? "model" : "models"}.`,
  balance: ({ balance }: { balance: string }) => `Balance: ${balance}`,
  empty: "The account has no balance: top it up before you ask.",
  again: "Another key? Ctrl-C quits.",
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
