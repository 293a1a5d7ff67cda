/** The small dialogs of the list, which are loaded together when one is asked for. */
export { default as ConfirmDialog } from './ConfirmDialog.vue'
export { default as FolderDialog } from './FolderDialog.vue'
export { default as IconDialog } from './IconDialog.vue'
export { default as LeaveDialog } from './LeaveDialog.vue'
export { default as MoveDialog } from './MoveDialog.vue'
