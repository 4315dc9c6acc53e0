// The database of this app. Fairway replaces this client when the app is deployed.
import { openDatabase } from '@builder/preview-database';

export const database = openDatabase(process.env.DATABASE_URL ?? 'preview.db');
