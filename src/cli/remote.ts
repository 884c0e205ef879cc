import type { Client } from '../contract/index.ts';

/** Which server and key, as the options of one command say it. */
export interface ServerOptions {
  readonly server?: string;
  /** A file that holds the key; `-` is standard input. */
  readonly keyFile?: string;
}

/** The file of the profile as it was found; `parseProfile` judges it. */
export interface ProfileFile {
  readonly path: string;
  readonly text: string;
  /** The permission bits. */
  readonly mode: number;
}

/** A server that this folder's settings describe, with the first key that it takes. */
export interface ServerHere {
  readonly host: string;
  readonly port: number;
  readonly apiKey?: string;
}

/**
 * What the commands against a server need of the rest of the house, handed over by main.ts: the
 * command line itself opens no connection and no file.
 */
export interface Remote {
  /** SLUICE_SERVER and SLUICE_API_KEY. */
  readonly environment: { readonly server?: string; readonly apiKey?: string };
  /** By the settings of the working folder. Errors: SETTINGS_INVALID. */
  serverHere(): ServerHere;
  /** Undefined where there is none. Errors: PROFILE_INVALID. */
  readProfile(): Promise<ProfileFile | undefined>;
  /** Writes the file whole, for its owner alone; gives its path. Errors: PROFILE_INVALID. */
  writeProfile(text: string): Promise<string>;
  /** Gives the path of the file that was removed; undefined where there was none. */
  removeProfile(): Promise<string | undefined>;
  /** The text of a key file, or of standard input for `-`. Errors: FILE_NOT_FOUND. */
  readKeyFile(path: string): Promise<string>;
  /** Asks without showing what is typed; undefined where nobody can be asked. */
  askKey(prompt: string): Promise<string | undefined>;
  /** Errors: FILE_EXISTS, FILE_NOT_WRITTEN. */
  saveFile(path: string, text: string, options: { readonly overwrite: boolean }): Promise<void>;
  /** Opens no connection yet. */
  openClient(server: { readonly baseUrl: string; readonly apiKey: string }): Promise<Client>;
}
