#include "shared/postgres/translator.h"

namespace fairway::postgres {

Outcome<TranslatedTrigger> translate_trigger(const sql::CreateTrigger&, const Names&,
                                             std::string_view) {
  return fix_input("not_translatable", "PostgreSQL has no equal for triggers.");
}

}  // namespace fairway::postgres
