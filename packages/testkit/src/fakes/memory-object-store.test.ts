import { objectStoreContract } from '../contracts/object-store.ts';
import { memoryObjectStore } from './memory-object-store.ts';

objectStoreContract(
  'memoryObjectStore',
  async () => {
    const objects = new Map();
    return { store: memoryObjectStore(objects), reopen: () => memoryObjectStore(objects) };
  },
  { processes: 'one' },
);
