import { shallowRef } from 'vue'

/** Whether the person has a password to confirm a step with: yes, until their ways to sign in are known. */
export const hasPassword = shallowRef(true)
