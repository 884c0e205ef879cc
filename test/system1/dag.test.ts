import { describe, expect, it } from 'vitest';
import { outputsOf, run } from './run-flow.ts';

describe('a chain', () => {
  it('hands each value to the next node', async () => {
    const flow = `
name: two-steps
version: "1.0.0"
inputs:
  message: {type: string, required: true, description: What to work on}
nodes:
  process_message:
    type: template
    config: {template: "Processed: {{ inputs.message }}"}
    description: The first step
  analyze_result:
    type: template
    depends_on: [process_message]
    config: {template: "Analysis of <{{ process_message }}>"}
outputs:
  processed: process_message
  analysis: analyze_result
`;
    expect(await outputsOf(flow, { message: 'hello' })).toEqual({
      processed: 'Processed: hello',
      analysis: 'Analysis of <Processed: hello>',
    });
  });
});

describe('branches that meet again', () => {
  const flow = `
name: report-with-branches
version: "1.0.0"
inputs:
  company: {type: string, required: true}
  include_social: {type: boolean, required: false, default: true}
nodes:
  company_data: {type: transform, config: {template: {name: "{{ inputs.company }}", founded: 1999}}}
  finance_data: {type: transform, config: {template: {profit: 12, debt: 3}}}
  news: {type: transform, config: {template: {words: [growth, growth, risk]}}}
  keywords:
    type: transform
    depends_on: [news]
    config:
      template:
        keywords: "{{ news.words | unique | list }}"
        count: "{{ news.words | unique | list | length }}"
  check_social:
    type: conditional
    config:
      conditions:
        - condition: "{{ inputs.include_social == true }}"
          then: "fetch_social"
        - condition: "default"
          then: "skip_social"
          is_default: true
  fetch_social:
    type: template
    depends_on: [check_social]
    config: {template: "{{ inputs.company }} has 12 followers"}
  analyze_social:
    type: template
    depends_on: [fetch_social]
    config: {template: "seen: {{ fetch_social }}"}
  skip_social:
    type: template
    depends_on: [check_social]
    config: {template: "skipped on request"}
  risk:
    type: transform
    depends_on: [company_data, finance_data]
    config:
      template:
        risk_score: "{{ finance_data.debt / finance_data.profit }}"
        who: "{{ company_data.name }}"
  report:
    type: template
    depends_on: [risk, keywords, analyze_social, skip_social]
    config:
      template: >-
        {{ risk.who }}: {{ risk.risk_score }}, {{ keywords.count }} keywords,
        {{ analyze_social | default(skip_social) }}
  package:
    type: transform
    depends_on: [report, risk]
    config: {template: {report: "{{ report }}", risk: "{{ risk.risk_score }}"}}
outputs:
  package: package
  risk_score: risk.risk_score
  social: analyze_social
  skipped: skip_social
`;

  it('takes the wanted branch and leaves the other one out', async () => {
    expect(await outputsOf(flow, { company: 'Acorn' })).toEqual({
      package: { report: 'Acorn: 0.25, 2 keywords, seen: Acorn has 12 followers', risk: 0.25 },
      risk_score: 0.25,
      social: 'seen: Acorn has 12 followers',
      skipped: null,
    });
  });

  it('takes the other branch when asked to', async () => {
    expect(await outputsOf(flow, { company: 'Acorn', include_social: false })).toEqual({
      package: { report: 'Acorn: 0.25, 2 keywords, skipped on request', risk: 0.25 },
      risk_score: 0.25,
      social: null,
      skipped: 'skipped on request',
    });
  });

  it('records what was skipped as skipped', async () => {
    const { steps } = await run(flow, { company: 'Acorn', include_social: false });
    const skipped = steps.filter((step) => step.status === 'skipped').map((step) => step.node);
    expect(skipped.sort()).toEqual(['analyze_social', 'fetch_social']);
  });
});

describe('routing', () => {
  const flow = `
name: route-by-size
version: "1.0.0"
inputs:
  company_name: {type: string, required: true}
  size: {type: string, default: smb}
nodes:
  classify:
    type: transform
    depends_on: []
    config: {template: {industry: retail, size: "{{ inputs.size }}", public: false}}
  fetch_data:
    type: transform
    depends_on: [classify]
    config:
      context: {company: classify}
      template: {body: {total_count: 7, items: [a, b]}, asked_for: "{{ company.size }}"}
  decide:
    type: conditional
    depends_on: [classify]
    config:
      context: {company: classify}
      conditions:
        - condition: "{{ company.size == 'enterprise' }}"
          then: deep
        - condition: "{{ company.size == 'startup' }}"
          then: quick
        - is_default: true
          then: standard
  deep:
    type: template
    depends_on: [fetch_data]
    config:
      context: {data: fetch_data}
      template: >-
        deep:
        {% if data.body and data.body['items'] %}{{ data.body['items'] | length }}
        {%- else %}0{% endif %}
  quick:
    type: template
    depends_on: [fetch_data]
    config:
      context: {data: fetch_data}
      template: "quick: {{ data.body.total_count }} for {{ inputs.company_name }}"
  standard:
    type: template
    depends_on: [fetch_data]
    config:
      context: {data: fetch_data, company: classify}
      template: "standard: {{ company.size }}"
outputs:
  classification: classify
  analysis: decide
  deep: deep
  quick: quick
  standard: standard
`;

  it.each([
    ['enterprise', "{{ company.size == 'enterprise' }}", 'deep', 'deep: 2'],
    ['startup', "{{ company.size == 'startup' }}", 'quick', 'quick: 7 for Acorn'],
    ['smb', 'default', 'standard', 'standard: smb'],
  ])('runs only the node of the route for %s', async (size, met, route, text) => {
    const outputs = await outputsOf(flow, { company_name: 'Acorn', size });
    expect(outputs).toEqual({
      classification: { industry: 'retail', size, public: false },
      analysis: { selected_route: route, condition_met: met, evaluated_conditions: 3 },
      ...{ deep: null, quick: null, standard: null },
      [route]: text,
    });
  });
});
