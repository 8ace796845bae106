import { Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Tabs } from '../ui/index.ts';

export interface Snippet {
  key: string;
  label: string;
  text: string;
}

/** Programs to copy, one at a time. */
export function Snippets({ label, snippets }: { label: string; snippets: readonly Snippet[] }) {
  const [active, choose] = useState(snippets[0]!.key);
  return (
    <Tabs
      label={label}
      active={active}
      choose={choose}
      tabs={snippets.map(({ key, label: title, text }) => ({
        key,
        label: title,
        content: () => <Code title={title} text={text} />,
      }))}
    />
  );
}

/** A text to copy that scrolls by itself. */
export function Code({ title, text }: { title: string; text: string }) {
  const { t } = useTranslation('ui');
  return (
    <section className="snippet" aria-label={title}>
      <span className="snippet-copy no-print">
        <Typography.Text copyable={{ text, tooltips: [t('copy'), t('copied')] }} />
      </span>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre className="json" tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}

const TOKEN = '$BANYAN_TOKEN';

/** How programs read a view; `origin` is this server as people address it. */
export function viewSnippets({ id, name }: { id: string; name: string }, origin: string): Snippet[] {
  const address = `${origin}/fhir/ViewDefinition/${id}/$viewdefinition-run`;
  const quoted = address.replaceAll('$', '\\$');
  return [
    {
      key: 'curl',
      label: 'curl',
      text: `curl -H "Authorization: Bearer ${TOKEN}" \\\n  "${quoted}?_format=csv&_limit=1000" -o ${name}.csv`,
    },
    {
      key: 'python',
      label: 'Python',
      text: `import io, os
import pandas, requests

answer = requests.get(
    "${address}",
    params={"_format": "parquet"},
    headers={"Authorization": "Bearer " + os.environ["BANYAN_TOKEN"]},
)
answer.raise_for_status()
${name} = pandas.read_parquet(io.BytesIO(answer.content))`,
    },
    {
      key: 'r',
      label: 'R',
      text: `library(arrow); library(httr2)

answer <- request("${address.replaceAll('\\', '\\\\')}") |>
  req_url_query(\`_format\` = "parquet") |>
  req_auth_bearer_token(Sys.getenv("BANYAN_TOKEN")) |>
  req_perform()
${name} <- read_parquet(resp_body_raw(answer))`,
    },
    { key: 'sql', label: 'SQL', text: `select *\nfrom ${name}\nlimit 100` },
  ];
}

/** How a notebook begins. */
export function notebookSnippets(origin: string, name: string, id: string): Snippet[] {
  const address = `${origin}/fhir/ViewDefinition/${id}/$viewdefinition-run?_format=`;
  const head = `import io, os, urllib.request

def banyan(form):
    ask = urllib.request.Request("${address}" + form,
        headers={"Authorization": "Bearer " + os.environ["BANYAN_TOKEN"]})
    return io.BytesIO(urllib.request.urlopen(ask).read())
`;
  const fetched = `curl -sf -H "Authorization: Bearer ${TOKEN}" "${address.replaceAll('$', '\\$')}parquet" -o ${name}.parquet`;
  return [
    {
      key: 'pandas',
      label: 'pandas',
      text: `${head}\nimport pandas\n${name} = pandas.read_parquet(banyan("parquet"))`,
    },
    {
      key: 'polars',
      label: 'polars',
      text: `${head}\nimport polars\n${name} = polars.read_ipc_stream(banyan("arrow"))`,
    },
    { key: 'duckdb', label: 'DuckDB', text: `${fetched}\nduckdb -c "select count(*) from '${name}.parquet'"` },
    {
      key: 'r',
      label: 'R arrow',
      text: `library(arrow); library(httr2)

answer <- request("${address.split('?')[0]}") |>
  req_url_query(\`_format\` = "arrow") |>
  req_auth_bearer_token(Sys.getenv("BANYAN_TOKEN")) |>
  req_perform()
${name} <- read_ipc_stream(resp_body_raw(answer))`,
    },
    {
      key: 'clickhouse',
      label: 'ClickHouse',
      text: `${fetched}\nclickhouse local -q "select count() from file('${name}.parquet')"`,
    },
    {
      key: 'sql',
      label: 'SQL (Python)',
      text: `import json, os, urllib.request

ask = urllib.request.Request("${origin}/api/lake/ask", method="POST",
    data=json.dumps({"sql": "select count() as n from ${name}"}).encode(),
    headers={"Authorization": "Bearer " + os.environ["BANYAN_TOKEN"], "Content-Type": "application/json"})
print(json.load(urllib.request.urlopen(ask))["rows"])`,
    },
  ];
}
