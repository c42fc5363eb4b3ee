/** Words of `setup`. */
export const setup = {
  intro: "Choose a provider:",
  provider: {
    deepseek: "DeepSeek (api.deepseek.com), with a key from platform.deepseek.com",
    siliconflow: "SiliconFlow, China (api.siliconflow.cn), with a key from cloud.siliconflow.cn",
    "siliconflow-com": "SiliconFlow, international (api.siliconflow.com), with a key from cloud.siliconflow.com",
  },
  local: ({ name, models }: { name: string; models: number }) =>
    `${name}, running on this machine (${models} ${models === 1 ? "model" : "models"})`,
  demo: "No key yet: try the demo, without any model",
  own: ({ name, url }: { name: string; url: string }) => `${name} (${url}), of the config file`,
  another: "Another OpenAI-compatible service",
  offerNew: ({ name, known }: { name: string; known: string }) =>
    `Unknown provider: ${name} (known: ${known}). Add it as a new service?`,
  address: "Address of the service (base URL), e.g. https://api.example.com/v1",
  noAddress: "Not a valid URL. Use https://host/v1, or http://127.0.0.1:8080 for a server on this machine.",
  isKey: "That looks like an API key and wasn't used; you will be asked for the key later.",
  looking: "Fetching the list of models",
  foundService: ({ url, models }: { url: string; models: number }) =>
    `${url} answers and offers ${models} ${models === 1 ? "model" : "models"}.`,
  noList: ({ url }: { url: string }) => `No list of models at ${url}.`,
  otherAddress: "Enter another address",
  takeAddress: "Use this address anyway",
  name: "Name for it, as in --provider <name>",
  badName: "A name has letters, digits, - and _; no slash and no control characters.",
  nameTaken: ({ name }: { name: string }) => `A provider named ${name} already exists.`,
  needsKey: ({ name }: { name: string }) => `Does ${name} need an API key?`,
  modelName: "Model id, as used by the service",
  notOffered: ({ provider, model }: { provider: string; model: string }) =>
    `${provider} does not list the model ${model}.`,
  added: ({ name, url, path }: { name: string; url: string; path: string }) =>
    `Added the provider ${name} at ${url} (${path}).`,
  nothingStored: "Nothing stored.",
  key: ({ provider }: { provider: string }) => `API key of ${provider} (shown as *)`,
  noKey: "Paste the key, or press Ctrl-C to quit.",
  checking: "Checking the key",
  accepted: ({ models }: { models: number }) =>
    `The key works; the provider offers ${models} ${models === 1 ? "model" : "models"}.`,
  balance: ({ balance }: { balance: string }) => `Balance: ${balance}`,
  empty: "The account has no balance. Top it up before asking.",
  again: "Try another key, or press Ctrl-C to quit.",
  keepUnchecked: "Couldn't check the key. Store it anyway?",
  model: "Choose a model:",
  inKeyring: ({ keyring }: { keyring: string }) => `Stored in the system keyring (${keyring}).`,
  keyringFailed: ({ keyring, reason }: { keyring: string; reason: string }) =>
    `The system keyring (${keyring}) failed (${reason}); storing in a file instead.`,
  /** Where a key comes from that was just typed. */
  typed: "your input",
  malformed: "That contains characters no key has (spaces, quotes or others). Copy only the key.",
  stored: ({ path }: { path: string }) => `Stored in ${path}, readable only by you.`,
  settled: ({ provider, model, path }: { provider: string; model: string; path: string }) =>
    `Default model: ${provider}/${model} (${path})`,
};
