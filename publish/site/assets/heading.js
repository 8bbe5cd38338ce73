// heading
