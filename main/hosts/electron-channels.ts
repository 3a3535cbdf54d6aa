/** The channel on which Electron carries the page's messages. */
export const fromScreenChannel = 'from-screen'

/** The channel on which Electron carries messages to the page. */
export const toScreenChannel = 'to-screen'
