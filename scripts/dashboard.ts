/** Writes deploy/grafana/dashboard.json, made by Grafana's own builders; `--check` fails where the file is not what this makes. */
import { readFile, writeFile } from "node:fs/promises";
import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as HeatmapBuilder } from "@grafana/grafana-foundation-sdk/heatmap";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

const file = new URL("../deploy/grafana/dashboard.json", import.meta.url);
const source = { type: "prometheus", uid: "${datasource}" };

/** What every query is about: the runs that are chosen above the panels. */
const run = 'job=~"$job", instance=~"$instance"';
const model = `${run}, gen_ai_provider_name=~"$provider"`;
const finished = `sum(deepseek_chat_batch_items{${run}, state=~"answered|failed"})`;
const over = "[$__rate_interval]";

/** A query with the name of its line. */
type Query = readonly [expression: string, legend: string];

function targets([expression, legend]: Query, index: number): Builder<Dataquery> {
  return new DataqueryBuilder()
    .expr(expression)
    .legendFormat(legend)
    .refId(String.fromCodePoint(65 + index))
    .datasource(source);
}

function stat(title: string, unit: string, query: Query): StatBuilder {
  return new StatBuilder().title(title).unit(unit).span(4).height(4).datasource(source).withTarget(targets(query, 0));
}

function lines(title: string, unit: string, queries: readonly Query[], description = ""): TimeseriesBuilder {
  const panel = new TimeseriesBuilder().title(title).unit(unit).min(0).span(12).height(8).datasource(source);
  if (description !== "") panel.description(description);
  for (const [index, query] of queries.entries()) panel.withTarget(targets(query, index));
  return panel;
}

const quantiles = (name: string, filter: string): Query[] =>
  ["0.5", "0.95", "0.99"].map((quantile) => [
    `histogram_quantile(${quantile}, sum by (le) (rate(${name}_bucket{${filter}}${over})))`,
    `p${quantile.slice(2).padEnd(2, "0")}`,
  ]);

function variable(name: string, label: string, query: string): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(source)
    .query(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue(".*");
}

function build(): dashboard.Dashboard {
  return new dashboard.DashboardBuilder("deepseek-chat batch")
    .uid("deepseek-chat-batch")
    .tags(["deepseek-chat", "gen-ai"])
    .time({ from: "now-1h", to: "now" })
    .refresh("10s")
    .timezone("browser")
    .withVariable(new dashboard.DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"))
    .withVariable(variable("job", "Job", "label_values(deepseek_chat_batch_items, job)"))
    .withVariable(variable("instance", "Instance", 'label_values(deepseek_chat_batch_items{job=~"$job"}, instance)'))
    .withVariable(
      variable("provider", "Provider", `label_values(deepseek_chat_requests_total{${run}}, gen_ai_provider_name)`),
    )
    .withPanel(
      stat("Finished", "percentunit", [`${finished} / sum(deepseek_chat_batch_items{${run}})`, "finished"])
        .min(0)
        .max(1),
    )
    .withPanel(stat("Waiting", "short", [`sum(deepseek_chat_batch_items{${run}, state="waiting"})`, "waiting"]))
    .withPanel(stat("Failed", "short", [`sum(deepseek_chat_batch_items{${run}, state="failed"})`, "failed"]))
    .withPanel(
      stat("Time left", "s", [
        `sum(deepseek_chat_batch_items{${run}, state=~"waiting|in_flight"}) / clamp_min(sum(deriv(deepseek_chat_batch_items{${run}, state=~"answered|failed"}[5m])), 1e-6)`,
        "left",
      ]),
    )
    .withPanel(
      stat("Cost", "short", [`sum by (currency) (deepseek_chat_cost_total{${model}})`, "{{currency}}"]).decimals(2),
    )
    .withPanel(
      stat("Cache hit", "percentunit", [
        `sum(deepseek_chat_tokens_total{${model}, kind="cache_hit"}) / sum(deepseek_chat_tokens_total{${model}, kind=~"cache_.*"})`,
        "cache hit",
      ]),
    )
    .withRow(new dashboard.RowBuilder("Throughput"))
    .withPanel(
      lines("Questions", "reqps", [
        [
          `sum by (gen_ai_request_model) (rate(gen_ai_client_operation_duration_seconds_count{${model}}${over}))`,
          "{{gen_ai_request_model}}",
        ],
      ]),
    )
    .withPanel(
      lines("Tokens", "short", [[`sum by (kind) (rate(deepseek_chat_tokens_total{${model}}${over}))`, "{{kind}}"]]),
    )
    .withPanel(
      lines("Cost per hour", "short", [
        [`sum by (currency) (rate(deepseek_chat_cost_total{${model}}${over})) * 3600`, "{{currency}}"],
      ]),
    )
    .withPanel(
      lines(
        "Budget",
        "short",
        [
          [`sum by (currency) (deepseek_chat_cost_total{${model}})`, "spent {{currency}}"],
          [`sum by (currency) (deepseek_chat_batch_cost_reserved{${run}})`, "reserved {{currency}}"],
          [`sum by (currency) (deepseek_chat_batch_cost_limit{${run}})`, "limit {{currency}}"],
        ],
        "Reserved and limit are there with --max-cost.",
      ),
    )
    .withRow(new dashboard.RowBuilder("Requests"))
    .withPanel(
      lines("Requests by outcome", "reqps", [
        [`sum by (outcome) (rate(deepseek_chat_requests_total{${model}}${over}))`, "{{outcome}}"],
      ]),
    )
    .withPanel(
      lines("Retries by error", "reqps", [
        [`sum by (error_type) (rate(deepseek_chat_retries_total{${model}}${over}))`, "{{error_type}}"],
      ]),
    )
    .withPanel(
      lines("In flight and limit", "short", [
        [`sum(deepseek_chat_batch_items{${run}, state="in_flight"})`, "in flight"],
        [`sum by (gen_ai_provider_name) (deepseek_chat_concurrency_limit{${model}})`, "limit {{gen_ai_provider_name}}"],
      ]),
    )
    .withPanel(lines("Paused", "bool", [[`max by (reason) (deepseek_chat_batch_paused{${run}})`, "{{reason}}"]]))
    .withRow(new dashboard.RowBuilder("Latency"))
    .withPanel(
      lines(
        "Time to the answer",
        "s",
        quantiles("gen_ai_client_operation_duration_seconds", `${model}, error_type=""`),
        "With retries.",
      ),
    )
    .withPanel(
      lines("Time to the first token", "s", quantiles("gen_ai_client_operation_time_to_first_chunk_seconds", model)),
    )
    .withPanel(
      new HeatmapBuilder()
        .title("Time to the answer, all")
        .span(12)
        .height(8)
        .datasource(source)
        .withTarget(
          new DataqueryBuilder()
            .expr(`sum by (le) (increase(gen_ai_client_operation_duration_seconds_bucket{${model}}${over}))`)
            .legendFormat("{{le}}")
            .refId("A")
            .datasource(source)
            .format(PromQueryFormat.Heatmap),
        ),
    )
    .withPanel(lines("Memory", "bytes", [[`process_resident_memory_bytes{${run}}`, "{{instance}}"]]))
    .build();
}

const text = `${JSON.stringify(build(), null, 2)}\n`;
if (process.argv.includes("--check")) {
  const found = await readFile(file, "utf8");
  if (found !== text) throw new Error("deploy/grafana/dashboard.json is stale: run npm run docs");
} else await writeFile(file, text);
