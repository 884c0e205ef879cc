import { ROUTES } from '../../contract/index.ts';
import type { Handlers } from '../call.ts';
import { API_STYLE, apiPage, openApiDocument } from '../openapi/index.ts';

type ApiPages = Pick<Handlers, 'openApi' | 'apiPage' | 'apiStyle'>;

/** The API about itself; each text is made when it is first asked for, and kept. */
export function apiPageHandlers(about: {
  readonly version: string;
  /** Known once the server listens. */
  readonly baseUrl: () => string;
}): ApiPages {
  const { version, baseUrl } = about;
  const document = once(() =>
    JSON.stringify(openApiDocument(ROUTES, { version, baseUrl: baseUrl() })),
  );
  const page = once(() => apiPage(ROUTES, { version, baseUrl: baseUrl() }));
  return {
    openApi: async () => ({ status: 200, text: document() }),
    apiPage: async () => ({ status: 200, text: page(), mediaType: 'text/html; charset=utf-8' }),
    apiStyle: async () => ({
      status: 200,
      text: API_STYLE,
      mediaType: 'text/css; charset=utf-8',
      // Asked for anew each time: an old one would spoil the page of a newer server.
      headers: { 'cache-control': 'no-cache' },
    }),
  };
}

function once(make: () => string): () => string {
  let text: string | undefined;
  return () => {
    text ??= make();
    return text;
  };
}
