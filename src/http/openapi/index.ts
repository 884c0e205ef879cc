export { openApiDocument } from './document.ts';
export { apiPage } from './page.ts';
export { describeApi } from './reference.ts';
export { API_STYLE } from './style.ts';
