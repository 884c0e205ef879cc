import { expect, it } from 'vitest';
import { outputsOf } from './run-flow.ts';

it('runs a flow with cache settings on its nodes and one report from several of them', async () => {
  const flow = `
name: cached-research
version: 1.0.0
inputs:
  company: {type: string, required: true, default: Acorn}
nodes:
  summary: {type: transform, config: {template: {response: "{{ inputs.company }} grows trees"}}}
  news:
    type: transform
    depends_on: [summary]
    cache: {enabled: false}
    config: {template: {response: "none today"}}
  history:
    type: transform
    depends_on: [summary]
    cache: {enabled: true, ttl: 7200}
    config: {template: {response: "since 1872"}}
  sector:
    type: transform
    depends_on: [summary]
    cache: {enabled: true, ttl: 3600, key_fields: ["inputs"]}
    config: {template: {response: forestry}}
  report:
    type: transform
    depends_on: [summary, news, history, sector]
    cache: {enabled: true, ttl: 900}
    config:
      template:
        company: "{{ inputs.company }}"
        summary: "{{ summary.response }}"
        news: "{{ news.response }}"
        history: "{{ history.response }}"
        sector: "{{ sector.response }}"
outputs: {report: report, sector: sector}
`;
  expect(await outputsOf(flow)).toEqual({
    report: {
      company: 'Acorn',
      summary: 'Acorn grows trees',
      news: 'none today',
      history: 'since 1872',
      sector: 'forestry',
    },
    sector: { response: 'forestry' },
  });
});

it('filters, joins with the original data, routes on the result and goes through it', async () => {
  const flow = `
name: checked-companies
version: "1.0.0"
inputs:
  companies: {type: array, required: true}
nodes:
  split_companies: {type: split, config: {field: "inputs.companies", item_name: "company"}}
  high_revenue:
    type: filter
    depends_on: [split_companies]
    config: {condition: "{{ company.revenue > 1000000 }}"}
  reshape:
    type: transform
    depends_on: [high_revenue]
    config:
      template:
        id: "{{ company.name | replace(' ', '_') | lower }}"
        revenue_millions: "{{ (company.revenue / 1000000) | round(2) }}"
        size: "{% if company.employees > 50 %}large{% else %}small{% endif %}"
        analysis_needed: "true"
  collected: {type: aggregate, depends_on: [reshape], config: {mode: array}}
  joined:
    type: join
    depends_on: [collected]
    config:
      sources: {companies: collected, metadata: inputs.companies}
      join_type: merge
  check_results:
    type: conditional
    depends_on: [joined]
    config:
      conditions:
        - condition: "{{ joined.companies | length > 0 }}"
          then: has_companies
        - is_default: true
          then: no_companies
  process_each:
    type: foreach
    depends_on: [collected]
    config: {array_field: collected, item_name: company_item, subgraph_nodes: [enrich, rate]}
  enrich: {type: transform, config: {template: {id: "{{ company_item.id }}", country: NO}}}
  rate:
    type: transform
    depends_on: [enrich]
    config: {template: {id: "{{ enrich.id }}", rating: "{{ company_item.revenue_millions * 2 }}"}}
outputs:
  filtered: collected
  route: check_results.selected_route
  joined: joined
  rated: process_each
`;
  const companies = [
    { name: 'Tall Pines', revenue: 5_000_000, employees: 50 },
    { name: 'Wee Shop', revenue: 100_000, employees: 5 },
  ];
  const filtered = [
    { id: 'tall_pines', revenue_millions: 5, size: 'small', analysis_needed: true },
  ];
  expect(await outputsOf(flow, { companies })).toEqual({
    filtered,
    route: 'has_companies',
    joined: { companies: filtered, metadata: companies },
    rated: [{ id: 'tall_pines', rating: 10 }],
  });
  expect(await outputsOf(flow, { companies: companies.slice(1) })).toEqual({
    filtered: [],
    route: 'no_companies',
    joined: { companies: [], metadata: companies.slice(1) },
    rated: [],
  });
});
