import type { Component, InjectionKey } from 'vue'

/**
 * What marks the way that somebody signed in by last, where the server keeps that in a cookie; null where it does not.
 * It stands within a button, and is given what better-auth calls its `method`.
 */
export const LAST_USED: InjectionKey<Component | null> = Symbol('last used')
