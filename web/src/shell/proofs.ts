import type { Component, InjectionKey } from 'vue'

/**
 * What shows beside the password that it is still the person: the files `features/<name>/<Name>Proof.vue` of features
 * that are on. Each is given the `user`, shows nothing to whom it is of no use, and emits `confirmed` once there is a
 * session that is fresh.
 */
export const PROOFS: InjectionKey<readonly Component[]> = Symbol('proofs')
