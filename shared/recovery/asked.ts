/** Why a page is made anew when nothing is wrong with it: somebody asked, by a command or from the technician's page. */
export const askedFor = 'a command asked for it'
