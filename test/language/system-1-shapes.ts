/**
 * Flows in the shapes that system 1 shows publicly, in our own words and with the node types of
 * these tests. They are accepted as they are, and are the seeds of the mutations.
 */
export const SYSTEM_1_SHAPES: readonly { readonly name: string; readonly text: string }[] = [
  {
    name: 'split, transform, aggregate',
    text: `name: Shop Report
version: "1.0.0"
description: >
  Goes through the shops of a list
  and collects what each one sold.

inputs:
  shops:
    type: array
    default: [
      {"name": "North", "sales": 20},
      {"name": "South", "sales": 5}
    ]
    description: The shops

nodes:
  # one item after the other
  each_shop:
    type: split
    description: "One shop at a time"
    config:
      field: inputs.shops
      item_name: shop

  reshape:
    type: page
    depends_on: [each_shop]
    config:
      template:
        id: "{{ shop.name | lower }}"
        size: "{% if item.sales > 10 %}large{% else %}small{% endif %}"

  all_shops:
    type: aggregate
    depends_on: [reshape]

  summary:
    type: wrap
    depends_on: [all_shops]
    config:
      code: |
        const shops = context['shops'];  // {{ not a template }}
        return shops.length;
      context:
        shops: all_shops

outputs:
  shops: all_shops
  summary: summary
`,
  },
  {
    name: 'layers that come together',
    text: `name: layers
inputs:
  company: {type: string, required: true}
  social: {type: boolean, required: false, default: true}
nodes:
  fetch: {type: echo, config: {text: "https://api.test/{{ inputs.company }}"}}
  news: {type: echo, config: {text: "https://news.test/{{ inputs.company }}"}}
  check:
    type: choose
    config:
      conditions:
        - condition: "{{ inputs.social == true }}"
          then: "look"
        - condition: "default"
          then: "skip"
          is_default: true
  look: {type: echo, depends_on: [check]}
  skip: {type: echo, depends_on: [check]}
  report:
    type: page
    depends_on: [fetch, news, look, skip]
    config:
      template: |
        Report on {{ inputs.company }}
        - {{ fetch }}
        - {{ look | default(skip) }}
outputs:
  report: report
  text: fetch.value.text
`,
  },
  {
    name: 'foreach over a split, then an aggregate that names a node',
    text: `name: scores
inputs:
  names: {type: array, required: true, default: ["a", "b"]}
nodes:
  parts:
    type: split
    config: {field: "inputs.names", item_name: "name"}
  each:
    type: foreach
    depends_on: [parts]
    config:
      array_field: "parts"
      item_name: "current"
      subgraph_nodes: ["info", "score"]
  info: {type: echo, config: {text: "{{ current }}"}}
  score: {type: wrap, depends_on: [info], config: {code: "return 1"}}
  collected:
    type: aggregate
    depends_on: [each]
    config: {field: "score"}
outputs:
  scores: collected
`,
  },
  {
    name: 'cache settings and block text',
    text: `name: cached
version: 1.0.0
description: |
  Shows cache settings.
inputs:
  topic: string
nodes:
  summary:
    type: page
    cache:
      enabled: true
      ttl: 7200  # two hours
      key_fields: ["inputs"]
    config:
      template: |
        Write about {{ inputs.topic }}.

        {% for word in inputs.topic %}{{ loop.index }}{% endfor %}
  news:
    type: page
    depends_on: [summary]
    cache:
      enabled: false
    config:
      template: >-
        Folded text about
        {{ summary }}
outputs:
  news: news
`,
  },
];
