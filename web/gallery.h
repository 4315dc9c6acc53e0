// The parts of the widget layer on one page, for eyes: /app/dashboard?gallery.
#pragma once

#include <memory>

#include "web/app.h"

namespace fairway {

std::unique_ptr<Screen> make_gallery(Shell& shell);

}  // namespace fairway
