import { ACCESS_ERRORS } from './catalogue-access.ts';
import { type ErrorEntry, failed, refused } from './error-entry.ts';

/**
 * Every error that may leave a room, declared once: from this table come the type of codes, the
 * exit codes of the command line, the HTTP status and docs/reference/errors.md. Longer than a file
 * should be because it is a table. Codes are stable: a released one is never renamed or given a new
 * meaning.
 */
export const ERROR_CATALOGUE = {
  // Text and structure of a flow
  FLOW_TOO_LARGE: refused(
    'The flow text is too large',
    'Split the flow, or raise MAX_YAML_SIZE.',
    413,
  ),
  FLOW_NOT_TEXT: refused('The flow is not UTF-8 text', 'Save the file as UTF-8.'),
  YAML_SYNTAX: refused('The text is not valid YAML', 'Mend the YAML at the place shown.'),
  JSON_SYNTAX: refused('The text is not valid JSON', 'Mend the JSON at the place shown.'),
  YAML_TOO_DEEP: refused('The document is nested too deeply', 'Flatten it.'),
  YAML_TOO_MANY_ALIASES: refused('The document uses too many aliases', 'Write the values out.'),
  YAML_TOO_MANY_NODES: refused('The document has too many values', 'Split the flow.'),
  YAML_TAG_REFUSED: refused(
    'The document uses a YAML tag',
    'Remove the tag; flows hold plain data.',
  ),
  DUPLICATE_KEY: refused('A key is given twice', 'Remove or rename one of the two.'),
  FORBIDDEN_KEY: refused('A key has a reserved name', 'Rename it.'),
  KEY_NOT_TEXT: refused('A key is not text', 'Put the key in quotes.'),
  UNKNOWN_FORMAT: refused(
    'The flow format is not known',
    'Write a native flow: name, nodes, outputs.',
  ),
  MISSING_KEY: refused('A required key is missing', 'Add it.'),
  UNKNOWN_KEY: refused('A key is not known here', 'Remove it or correct its spelling.'),
  WRONG_TYPE: refused('A value has the wrong type', 'Write a value of the type shown.'),
  WRONG_VALUE: refused('A value is not allowed here', 'Choose one of the values shown.'),
  CONFLICTING_KEYS: refused('Keys exclude each other', 'Keep one of them.'),
  INVALID_NAME: refused(
    'A name has characters that are not allowed',
    'Use letters, digits, _ and -.',
  ),
  RESERVED_NAME: refused('A name is reserved', 'Choose another name.'),

  // Graph
  UNKNOWN_NODE_TYPE: refused(
    'The node type is not known',
    'See docs/reference/nodes.md for the types.',
  ),
  UNKNOWN_NODE: refused('No node has this name', 'Correct the name or add the node.'),
  UNKNOWN_PORT: refused('The node has no such port', 'Use one of its ports.'),
  UNKNOWN_INPUT: refused(
    'The flow has no such input',
    'Declare it under inputs, or correct the name.',
  ),
  UNKNOWN_VARIABLE: refused('A template uses a name that is not known', 'Correct the name.'),
  NOT_UPSTREAM: refused('A node is used that does not run before', 'Add it to depends_on.'),
  CYCLE: refused('Nodes wait for each other in a circle', 'Remove one of the dependencies.'),
  UNREACHABLE_NODE: refused('A node can never run', 'Connect it, or remove it.'),
  REGION_MIXED: refused('Two splits meet without an aggregate', 'Aggregate one of them first.'),
  REGION_MEMBER: refused(
    'The nodes of a foreach are not its own',
    'Give each foreach nodes of its own.',
  ),
  FLOW_EMPTY: refused('The flow has no nodes', 'Add at least one node.'),
  FLOW_TOO_MANY_NODES: refused('The flow has too many nodes', 'Split it into several flows.'),

  // Templates
  TEMPLATE_SYNTAX: refused('The template is not valid', 'Mend the template at the place shown.'),
  TEMPLATE_LEVEL: refused(
    'The template does more than its place allows',
    'Compute the value in an earlier node.',
  ),
  TEMPLATE_TOO_LARGE: refused('The template is too large', 'Split it.'),
  TEMPLATE_UNDEFINED: failed(
    'A template uses a value that is not there',
    'Use default(), or provide the value.',
  ),
  TEMPLATE_TYPE: failed(
    'A template does something that the value cannot do',
    'Convert the value first.',
  ),
  TEMPLATE_FUEL: failed('A template did too much work', 'Make the loop or the data smaller.'),

  // Settings
  SETTINGS_INVALID: refused('Settings are not valid', 'Mend each setting shown.'),
  FILE_NOT_WRITTEN: refused(
    'The file cannot be written',
    'Check its folder, the rights and the space on the disk.',
  ),

  // Starting and running
  USAGE: refused('The command line is not valid', 'See sluice --help.'),
  FILE_NOT_FOUND: refused('The file was not found', 'Check the path.', 404),
  FLOW_INVALID: refused('The flow has problems', 'Mend each problem shown.'),
  INPUT_MISSING: refused('A required input is missing', 'Give it with --input name=value.'),
  INPUT_INVALID: refused('An input has the wrong type', 'Give a value of the declared type.'),
  NODE_FAILED: failed('A node failed', 'See its message.'),
  NODE_TIMEOUT: failed('A node took too long', 'Raise its timeout, or make the work smaller.'),
  NODE_OUTPUT_INVALID: failed('A node gave something that is not JSON data', 'Return plain data.'),
  NODE_INPUT_INVALID: failed('A node got data it cannot work with', 'Check the node before it.'),
  SCHEMA_MISMATCH: failed('Data does not fit the declared schema', 'Mend the data or the schema.'),
  NO_ROUTE: failed('No condition matched', 'Add a condition with is_default: true, or a fallback.'),
  EXECUTION_TIMEOUT: failed('The execution took too long', 'Raise limits.timeout.', 408),
  EXECUTION_CANCELLED: failed('The execution was cancelled', 'Start it again.', 409),
  LIMIT_STEPS: failed(
    'The execution made too many steps',
    'Raise limits.steps, or make it smaller.',
  ),
  LIMIT_ITEMS: failed('A list has too many items for one region', 'Process it in parts.'),
  CAPABILITY_ABSENT: failed(
    'A node used what it did not declare',
    'Report this: it is a defect of the node.',
  ),
  EXECUTION_PARKED: failed(
    'The execution ended the processes that ran it',
    'Look at what its last node does, then retry it.',
  ),
  INTERNAL: failed('Something of ours failed', 'Report this with the execution id.', 500),

  // Files
  PATH_REFUSED: failed(
    'The path leads outside the workspace',
    'Use a path inside the workspace.',
    403,
  ),
  PATH_DENIED: failed('The file matches a denied pattern', 'Choose another file.', 403),
  PATH_NOT_FOUND: failed('There is no such file', 'Check the path.', 404),
  PATH_NOT_FILE: failed('The path is not a regular file', 'Name a file.'),
  FILE_TOO_LARGE: failed(
    'The file is too large',
    'Raise FILE_SECURITY_MAX_SIZE_MB, or use a smaller file.',
    413,
  ),
  FILE_TOO_MANY: failed('The pattern covers too many files', 'Narrow the pattern.'),
  FILE_PARSE: failed('The file is not what its format says', 'Set format, or mend the file.'),
  FILE_ENCODING: failed('The file is not in the given encoding', 'Set encoding.'),
  FILE_FORMAT_UNSUPPORTED: failed('This file format cannot be read yet', 'Convert the file first.'),

  // Network
  URL_INVALID: failed('The URL is not valid', 'Write a full http or https URL.'),
  EGRESS_REFUSED: failed(
    'The server may not connect to this address',
    'Have the operator list it in EGRESS_ALLOW.',
    403,
  ),
  HTTP_FAILED: failed('The request failed', 'Check the host and try again.', 502),
  HTTP_STATUS: failed('The server answered with an error status', 'Check the request.', 502),
  HTTP_TIMEOUT: failed('The request took too long', 'Raise timeout.', 504),
  HTTP_TOO_LARGE: failed('The answer or the request is too large', 'Ask for less.', 502),
  HTTP_REDIRECTS: failed('Too many redirects', 'Use the final URL.', 502),
  HEADER_INVALID: failed('A header is not valid', 'Remove line breaks and control characters.'),

  // Code
  CODE_SYNTAX: refused('The code has a syntax error', 'Mend the code at the place shown.'),
  CODE_REFUSED: refused(
    'The code uses what its level does not allow',
    'Do without it, or ask for a higher level.',
  ),
  CODE_ERROR: failed('The code threw an error', 'Mend the code, or the data that it was given.'),
  CODE_TIMEOUT: failed('The code took too long', 'Raise timeout, or make the work smaller.'),
  CODE_MEMORY: failed('The code used too much memory', 'Raise memory_limit, or use less.'),
  CODE_OUTPUT: failed(
    'The code returned too much, or something that is not JSON',
    'Return less, and only plain data.',
  ),
  CODE_INPUT: failed(
    'The code was given too much data',
    'Name only the values that it needs.',
    413,
  ),
  CODE_JAIL_ABSENT: failed(
    'There is no jail on this machine that this code may run in',
    'Install bubblewrap and allow user namespaces; see docs/code.md.',
    503,
  ),
  CODE_WORKER: failed('The code runner ended unexpectedly', 'Try again; report it if it stays.'),

  // Requests
  BODY_INVALID: refused('The body is not what the route takes', 'See the API page.', 422),
  QUERY_INVALID: refused('A parameter of the request is not valid', 'See the API page.'),
  CONTENT_TYPE: refused('The body has the wrong content type', 'Send application/json.', 415),
  REQUEST_TOO_LARGE: refused(
    'The request is too large',
    'Send less, or raise MAX_REQUEST_SIZE.',
    413,
  ),
  HEADERS_TOO_LARGE: refused('The request has too large headers', 'Send fewer headers.', 431),
  URL_TOO_LONG: refused('The address is too long', 'Send a shorter address.', 414),
  REQUEST_INVALID: refused('The request is not valid HTTP', 'Use another client.'),
  REQUEST_TIMEOUT: refused('The request did not arrive in time', 'Send it again.', 408),
  SERVER_BUSY: failed('The server has too much to do now', 'Try again in a moment.', 503),
  ROUTE_NOT_FOUND: refused('There is nothing at this address', 'See the API page.', 404),
  METHOD_NOT_ALLOWED: refused('The address does not take this method', 'See the API page.', 405),
  UNAUTHENTICATED: refused(
    'The request does not say who it comes from',
    'Send an API key as X-API-Key or as Authorization: Bearer.',
    401,
  ),
  FORBIDDEN: refused('This needs a permission that you do not have', 'Ask an administrator.', 403),
  CURSOR_INVALID: refused('The cursor is not one of this list', 'Begin again without it.'),
  FLOW_NOT_FOUND: refused('There is no such flow', 'Check the id.', 404),
  FLOW_VERSION_NOT_FOUND: refused('The flow has no such version', 'List its versions.', 404),
  FLOW_CHANGED: refused('The flow has changed meanwhile', 'Read it again, then save.', 412),
  EXECUTION_NOT_FOUND: refused('There is no such execution', 'Check the id.', 404),
  EXECUTION_OVER: refused('The execution has ended already', 'Nothing is left to do.', 409),
  EXECUTION_RUNNING: refused('The execution has not ended yet', 'Wait for it, or cancel it.', 409),
  BLOB_NOT_FOUND: refused('There is no such content', 'Check the reference.', 404),
  BLOB_TOO_LARGE: failed('The content is too large to keep', 'Make it smaller.', 413),
  IDEMPOTENCY_TAKEN: refused(
    'The idempotency key is taken',
    'Use a new key for a new request.',
    409,
  ),
  IDEMPOTENCY_MISMATCH: refused(
    'The idempotency key was used for another request',
    'Use a new key for a new request.',
    409,
  ),
  QUEUE_FULL: refused('Too many executions wait already', 'Try again later.', 429),
  TOO_MANY_LISTENERS: refused('Too many listeners follow executions', 'Try again later.', 503),
  MESSAGE_INVALID: refused('The message is not one that the socket takes', 'See docs/events.md.'),

  ...ACCESS_ERRORS,

  // The server and its store
  EXECUTION_FENCED: failed('Another process has the execution', 'Nothing: it goes on there.', 409),
  STORE_UNAVAILABLE: failed('The database does not answer', 'Try again in a moment.', 503),
  STORE_SETUP: refused('The database cannot be used', 'See the message.'),
  DATA_DIR_TAKEN: refused(
    'Another server uses this data folder',
    'Stop it, or give this one another DATA_DIR.',
  ),
  PORT_TAKEN: refused('The port is taken', 'Stop what uses it, or set PORT.'),
  HOST_UNUSABLE: refused(
    'The server cannot listen on this host',
    'Set HOST to an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them.',
  ),
  SERVER_UNREACHABLE: failed('The server does not answer', 'Start it, or check the address.', 502),
  SERVER_ANSWER: failed(
    'The server gave an answer that is not understood',
    'Check the address.',
    502,
  ),
  NAME_AMBIGUOUS: refused('Several things have this name', 'Name one by its whole id.'),
  FILE_EXISTS: refused('The file is there already', 'Choose another name, or add --force.'),
  PROFILE_INVALID: refused('The profile cannot be used', 'Write it again with sluice login.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;
